# llb_add_library(Name SOURCES a.cpp ... DEPENDS LLBSupport ... [EXCEPTIONS])
# llb_add_tool(name SOURCES name.cpp DEPENDS LLBDriver ... [DYNAMIC] [SERVER]
#              [ORDER name.order])
#
# One place for warnings, sanitizers and the no-exceptions default. A library
# that lists no sources yet is an interface target, so that others may name it.
# A static tool has the allocator of lib/Support/SmallBlocks.cpp, unless it is a
# server, whose threads come and go.
#
# ORDER names the functions that a usual run calls (utils/order_symbols.py). lld
# puts them side by side, so that starting reads a few pages of the program
# instead of some from everywhere; without lld they stay where they are.

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

if(LLB_STATIC AND NOT LLB_SANITIZE)
  # What is not called is left out, as in LLVM's own tools.
  target_compile_options(LLBFlags INTERFACE
    -ffunction-sections -fdata-sections)
  target_link_options(LLBFlags INTERFACE -Wl,--gc-sections)
endif()
find_program(LLB_LLD ld.lld HINTS /usr/lib/llvm-19/bin)

# Has the linker put what `order` names side by side.
function(llb_order_symbols name order)
  if(NOT LLB_LLD OR NOT LLB_STATIC OR LLB_SANITIZE)
    return()
  endif()
  cmake_path(GET LLB_LLD PARENT_PATH folder)
  target_link_options(${name} PRIVATE -B${folder} -fuse-ld=lld
    -Wl,--symbol-ordering-file=${order} -Wl,--no-warn-symbol-ordering)
  set_property(TARGET ${name} APPEND PROPERTY LINK_DEPENDS ${order})
endfunction()

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
  cmake_parse_arguments(ARG "DYNAMIC;SERVER" "ORDER" "SOURCES;DEPENDS" ${ARGN})
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
  if(ARG_ORDER)
    llb_order_symbols(${name} ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_ORDER})
  endif()
  install(TARGETS ${name} RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
endfunction()
