# llb_proto_sources(OUTVAR Name ...): runs protoc on Name.proto of the folder at
# hand, with the plugin of gRPC if it has services. The code it writes is compiled
# without warnings; its headers are in ${OUTVAR}_DIR.
#
# The shared library would cost a program 15 others and 20 ms at its start.
# Debian's archives of gRPC leave out of their own list what a daemon's name would
# be looked up with, and the order among all of them is a circle.

find_program(LLB_PROTOC protoc REQUIRED)
find_program(LLB_GRPC_PLUGIN grpc_cpp_plugin REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(LLB_GRPC REQUIRED grpc++_unsecure protobuf)
set(grpcLibs ${LLB_GRPC_STATIC_LIBRARIES})
list(APPEND grpcLibs upb cares address_sorting re2)
set(grpcArchives)
foreach(name ${grpcLibs})
  unset(archive CACHE)
  find_library(archive NAMES lib${name}.a ${name})
  if(archive)
    list(APPEND grpcArchives "${archive}")
  else()
    list(APPEND grpcArchives "-l${name}")
  endif()
endforeach()
add_library(LLBGrpc INTERFACE)
target_link_libraries(LLBGrpc INTERFACE
  -Wl,--start-group ${grpcArchives} -Wl,--end-group)

function(llb_proto_sources outvar)
  set(dir "${CMAKE_CURRENT_BINARY_DIR}/proto")
  set(sources)
  foreach(name ${ARGN})
    set(generated "${dir}/${name}.pb.cc")
    set(headers "${dir}/${name}.pb.h")
    set(plugin)
    file(STRINGS ${name}.proto services REGEX "^service ")
    if(services)
      list(APPEND generated "${dir}/${name}.grpc.pb.cc")
      list(APPEND headers "${dir}/${name}.grpc.pb.h")
      set(plugin "--plugin=protoc-gen-grpc=${LLB_GRPC_PLUGIN}"
                 "--grpc_out=${dir}")
    endif()
    add_custom_command(
      OUTPUT ${generated} ${headers}
      COMMAND ${CMAKE_COMMAND} -E make_directory "${dir}"
      COMMAND ${LLB_PROTOC} "-I${CMAKE_CURRENT_SOURCE_DIR}" ${plugin}
              "--cpp_out=${dir}" ${name}.proto
      DEPENDS ${name}.proto
      COMMENT "protoc ${name}"
      VERBATIM)
    set_source_files_properties(${generated} PROPERTIES COMPILE_OPTIONS "-w")
    list(APPEND sources ${generated})
  endforeach()
  set(${outvar} ${sources} PARENT_SCOPE)
  set(${outvar}_DIR "${dir}" PARENT_SCOPE)
endfunction()
