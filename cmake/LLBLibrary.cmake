# llb_add_library(Name SOURCES a.cpp ... DEPENDS LLBSupport ... [EXCEPTIONS])
# llb_add_tool(name SOURCES name.cpp DEPENDS LLBDriver ... [DYNAMIC] [SERVER])
#
# One place for warnings, sanitizers and the no-exceptions default. A library
# that lists no sources yet is an interface target, so that others may name it.
# A static tool has the allocator of lib/Support/SmallBlocks.cpp, unless it is a
# server, whose threads come and go.

add_library(LLBFlags INTERFACE)
target_compile_options(LLBFlags INTERFACE
  -Wall -Wextra -Werror -Wno-unused-parameter -fno-strict-aliasing)
target_include_directories(LLBFlags INTERFACE
  $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/include>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports these in libstdc++ and LLVM headers at -O2.
  target_compile_options(LLBFlags INTERFACE
    -Wno-restrict -Wno-maybe-uninitialized -Wno-dangling-pointer
    -Wno-stringop-overflow -Wno-array-bounds)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # libstdc++ 12's own std::stable_sort uses std::get_temporary_buffer.
  target_compile_options(LLBFlags INTERFACE -Wno-deprecated-declarations)
endif()
if(LLB_SANITIZE)
  target_compile_options(LLBFlags INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=all
    -fno-omit-frame-pointer)
  target_link_options(LLBFlags INTERFACE -fsanitize=address,undefined)
endif()
if(LLB_SANITIZE_THREADS)
  target_compile_options(LLBFlags INTERFACE
    -fsanitize=thread -fno-omit-frame-pointer)
  target_link_options(LLBFlags INTERFACE -fsanitize=thread)
endif()
if(LLB_FUZZ)
  target_compile_options(LLBFlags INTERFACE -fsanitize=fuzzer-no-link)
endif()

function(llb_add_library name)
  cmake_parse_arguments(ARG "EXCEPTIONS" "" "SOURCES;DEPENDS" ${ARGN})
  if(NOT ARG_SOURCES)
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE LLBFlags ${ARG_DEPENDS})
    return()
  endif()
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC LLBFlags ${ARG_DEPENDS})
  if(NOT ARG_EXCEPTIONS)
    target_compile_options(${name} PRIVATE -fno-exceptions)
  endif()
endfunction()

function(llb_add_tool name)
  cmake_parse_arguments(ARG "DYNAMIC;SERVER" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE LLBFlags ${ARG_DEPENDS})
  if(LLB_STATIC AND NOT LLB_SANITIZE AND NOT ARG_DYNAMIC)
    target_link_options(${name} PRIVATE -static)
    if(NOT ARG_SERVER)
      target_link_libraries(${name} PRIVATE LLBSmallBlocks)
    endif()
  elseif(LLB_STATIC AND NOT LLB_SANITIZE)
    # Half of what the loader has to look up would be these. As in the static
    # tools nothing is moved at start: 25,000 addresses would be written anew.
    target_link_options(${name} PRIVATE -static-libstdc++ -static-libgcc -no-pie)
  endif()
  install(TARGETS ${name} RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
endfunction()
