# The words that the folders' CMakeLists.txt are written in.

set(COURTSIDE_WARNINGS
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wold-style-cast -Wnon-virtual-dtor -Werror
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>
  # At -O2 g++ 12 finds overlaps in std::string::insert that cannot be (GCC bug 105651).
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)

add_library(courtside_options INTERFACE)
target_compile_options(courtside_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:${COURTSIDE_WARNINGS}>)
if(CMAKE_UNITY_BUILD)
  # g++ takes the file it was given for the only one that may hold anonymous namespaces.
  target_compile_options(courtside_options INTERFACE
    $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-subobject-linkage>)
endif()
target_include_directories(courtside_options INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
if(COURTSIDE_SANITIZE)
  add_compile_options(-fsanitize=${COURTSIDE_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${COURTSIDE_SANITIZE})
  if(COURTSIDE_SANITIZE MATCHES "undefined")
    # Not vptr: it takes the type information of distribution libraries that were built without it
    # (spdlog's) for a wrong type.
    add_compile_options(-fno-sanitize-recover=undefined -fno-sanitize=vptr)
  endif()
endif()
if(COURTSIDE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# courtside_library(folder SOURCES a.cc ... [PUBLIC lib ...] [PRIVATE lib ...])
#
# The static library courtside::<folder> of a top-level folder. Its headers are compiled alone by the
# target all_verify_interface_header_sets.
function(courtside_library folder)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(courtside_${folder} STATIC ${ARG_SOURCES})
  add_library(courtside::${folder} ALIAS courtside_${folder})
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.h)
  target_sources(courtside_${folder} PUBLIC
    FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR} FILES ${headers})
  set_target_properties(courtside_${folder} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
  target_link_libraries(courtside_${folder} PUBLIC courtside_options ${ARG_PUBLIC}
    PRIVATE ${ARG_PRIVATE})
endfunction()
