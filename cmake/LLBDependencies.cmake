# What the libraries link against, each as one imported or interface target.
# LLVM is linked statically by archive name: its CMake package would drag in
# every dependency of the JIT, and the shared library costs 15 ms at start-up.

find_path(LLB_LLVM_INCLUDE llvm/Support/SourceMgr.h
          HINTS /usr/lib/llvm-19/include REQUIRED)
find_library(LLB_LLVM_SUPPORT NAMES LLVMSupport
             HINTS /usr/lib/llvm-19/lib REQUIRED)
find_library(LLB_LLVM_DEMANGLE NAMES LLVMDemangle
             HINTS /usr/lib/llvm-19/lib REQUIRED)
foreach(name z zstd tinfo crypto ssl nghttp2)
  if(LLB_STATIC)
    find_library(LLB_LIB_${name} NAMES lib${name}.a ${name} REQUIRED)
  else()
    find_library(LLB_LIB_${name} NAMES ${name} lib${name}.a REQUIRED)
  endif()
endforeach()

add_library(LLBLLVM INTERFACE)
target_include_directories(LLBLLVM SYSTEM INTERFACE "${LLB_LLVM_INCLUDE}")
target_link_libraries(LLBLLVM INTERFACE
  "${LLB_LLVM_SUPPORT}" "${LLB_LLVM_DEMANGLE}"
  "${LLB_LIB_z}" "${LLB_LIB_zstd}" "${LLB_LIB_tinfo}" ${CMAKE_DL_LIBS})

# fmt is used header-only: Debian has no static archive of it.
find_path(LLB_FMT_INCLUDE fmt/format.h REQUIRED)
add_library(LLBFmt INTERFACE)
target_include_directories(LLBFmt SYSTEM INTERFACE "${LLB_FMT_INCLUDE}")
target_compile_definitions(LLBFmt INTERFACE FMT_HEADER_ONLY=1)

add_library(LLBCrypto INTERFACE)
target_link_libraries(LLBCrypto INTERFACE "${LLB_LIB_crypto}")

add_library(LLBTls INTERFACE)
target_link_libraries(LLBTls INTERFACE
  "-Wl,--start-group,${LLB_LIB_ssl},${LLB_LIB_crypto},--end-group")

add_library(LLBHttp2 INTERFACE)
target_link_libraries(LLBHttp2 INTERFACE "${LLB_LIB_nghttp2}")

# The shared library brings thirty others along, and loading them takes 5 ms,
# half of a build without work. The archive wants three that are never called.
find_package(CURL REQUIRED)
add_library(LLBCurl INTERFACE)
if(LLB_STATIC)
  target_include_directories(LLBCurl SYSTEM INTERFACE ${CURL_INCLUDE_DIRS})
  foreach(name curl nghttp2 ssh2 psl idn2 unistring brotlidec brotlicommon)
    find_library(LLB_LIB_${name} NAMES lib${name}.a REQUIRED)
    target_link_libraries(LLBCurl INTERFACE "${LLB_LIB_${name}}")
  endforeach()
  target_link_libraries(LLBCurl INTERFACE
    LLBUnusedProtocols LLBTls "${LLB_LIB_zstd}" "${LLB_LIB_z}")
else()
  target_link_libraries(LLBCurl INTERFACE CURL::libcurl)
  # A program with OpenSSL from archives, and libcurl with a shared one, keeps
  # the two apart: no function of the archives is libcurl's.
  target_link_options(LLBTls INTERFACE
    "LINKER:--exclude-libs,libssl.a:libcrypto.a")
endif()

# Debian's CMake package of yaml-cpp knows the shared library only.
find_path(LLB_YAML_INCLUDE yaml-cpp/parser.h REQUIRED)
find_library(LLB_YAML_LIB NAMES libyaml-cpp.a yaml-cpp REQUIRED)
add_library(LLBYaml INTERFACE)
target_include_directories(LLBYaml SYSTEM INTERFACE "${LLB_YAML_INCLUDE}")
target_link_libraries(LLBYaml INTERFACE "${LLB_YAML_LIB}")
