// SPDX-License-Identifier: Apache-2.0
//
// What the archive of libcurl wants of Kerberos, LDAP and RTMP, for programs
// that it is linked into. Debian has no archive of Kerberos, and the shared
// libraries of the three bring twenty others along. Requests speak HTTP with
// basic authentication alone (Http.cpp), so nothing here is called; whoever
// does is told that there is no such thing.

namespace {

/// GSS_S_UNAVAILABLE of RFC 2744.
constexpr unsigned gssUnavailable = 16U << 16;
constexpr int failed = -1;

} // namespace

extern "C" {

// NOLINTBEGIN(readability-identifier-naming)
void *GSS_C_NT_HOSTBASED_SERVICE = nullptr;
unsigned gss_delete_sec_context() { return gssUnavailable; }
unsigned gss_display_name() { return gssUnavailable; }
unsigned gss_display_status() { return gssUnavailable; }
unsigned gss_import_name() { return gssUnavailable; }
unsigned gss_init_sec_context() { return gssUnavailable; }
unsigned gss_inquire_context() { return gssUnavailable; }
unsigned gss_release_buffer() { return gssUnavailable; }
unsigned gss_release_name() { return gssUnavailable; }
unsigned gss_unwrap() { return gssUnavailable; }
unsigned gss_wrap() { return gssUnavailable; }

void *RTMP_Alloc() { return nullptr; }
void RTMP_Close() {}
int RTMP_Connect1() { return 0; }
int RTMP_ConnectStream() { return 0; }
void RTMP_Free() {}
void RTMP_Init() {}
int RTMP_Read() { return failed; }
void RTMP_SetBufferMS() {}
int RTMP_SetupURL() { return 0; }
int RTMP_Write() { return failed; }

void ber_bvfree() {}
void ber_free() {}
void ber_memfree() {}
void ber_memvfree() {}
int ber_sockbuf_add_io() { return failed; }
int ldap_abandon_ext() { return failed; }
const char *ldap_err2string() { return "no LDAP"; }
void ldap_free_urldesc() {}
int ldap_get_attribute_ber() { return failed; }
int ldap_get_dn_ber() { return failed; }
int ldap_get_option() { return failed; }
int ldap_init_fd() { return failed; }
void ldap_memfree() {}
int ldap_msgfree() { return failed; }
int ldap_msgtype() { return failed; }
int ldap_parse_result() { return failed; }
int ldap_parse_sasl_bind_result() { return failed; }
int ldap_pvt_url_scheme2proto() { return failed; }
int ldap_result() { return failed; }
int ldap_sasl_bind() { return failed; }
int ldap_search_ext() { return failed; }
int ldap_set_option() { return failed; }
int ldap_start_tls() { return failed; }
int ldap_unbind_ext() { return failed; }
int ldap_url_parse() { return failed; }
// NOLINTEND(readability-identifier-naming)

} // extern "C"
