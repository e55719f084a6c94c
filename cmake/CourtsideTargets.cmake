# Functions for the folders' CMakeLists.txt.

set(COURTSIDE_WARNINGS
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wold-style-cast -Wnon-virtual-dtor -Werror
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>
  # At -O2 g++ 12 reports overlaps in std::string::insert that are impossible (GCC bug 105651).
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)

add_library(courtside_options INTERFACE)
target_compile_options(courtside_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:${COURTSIDE_WARNINGS}>)
if(CMAKE_UNITY_BUILD)
  # In a unity build, g++ expects anonymous namespaces in the generated file only.
  target_compile_options(courtside_options INTERFACE
    $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-subobject-linkage>)
  # g++ inlines less in units that it takes for large, as all units of a unity build are.
  target_compile_options(courtside_options INTERFACE
    $<$<AND:$<COMPILE_LANG_AND_ID:CXX,GNU>,$<CONFIG:RelWithDebInfo>>:--param=large-unit-insns=1000000>)
endif()
target_include_directories(courtside_options INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
if(COURTSIDE_SANITIZE)
  add_compile_options(-fsanitize=${COURTSIDE_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${COURTSIDE_SANITIZE})
  if(COURTSIDE_SANITIZE MATCHES "undefined")
    # Without vptr: distribution libraries that were built without type information (spdlog) would
    # be reported as wrong types.
    add_compile_options(-fno-sanitize-recover=undefined -fno-sanitize=vptr)
  endif()
endif()
if(COURTSIDE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# courtside_library(folder SOURCES a.cc ... [PUBLIC lib ...] [PRIVATE lib ...])
#
# The static library courtside::<folder> of a folder. Its headers are compiled alone by the
# target all_verify_interface_header_sets.
function(courtside_library folder)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(courtside_${folder} STATIC ${ARG_SOURCES})
  add_library(courtside::${folder} ALIAS courtside_${folder})
  file(GLOB headers CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.h)
  target_sources(courtside_${folder} PUBLIC
    FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR} FILES ${headers})
  set_target_properties(courtside_${folder} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
  target_link_libraries(courtside_${folder} PUBLIC courtside_options ${ARG_PUBLIC}
    PRIVATE ${ARG_PRIVATE})
endfunction()

# Every program for users.
add_custom_target(programs)

# courtside_program(target)
#
# A program for users: it is built into bin/, with its debug information beside it where
# COURTSIDE_SPLIT_DEBUG asks for that. gdb finds the file by the link in the program.
function(courtside_program target)
  set_target_properties(${target} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
  add_dependencies(programs ${target})
  if(COURTSIDE_SPLIT_DEBUG)
    add_custom_command(TARGET ${target} POST_BUILD
      COMMAND ${CMAKE_OBJCOPY} --only-keep-debug $<TARGET_FILE:${target}> $<TARGET_FILE:${target}>.debug
      COMMAND ${CMAKE_STRIP} $<TARGET_FILE:${target}>
      COMMAND ${CMAKE_OBJCOPY} --add-gnu-debuglink=$<TARGET_FILE:${target}>.debug $<TARGET_FILE:${target}>
      VERBATIM)
  endif()
endfunction()
