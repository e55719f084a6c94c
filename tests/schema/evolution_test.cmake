# Goal: a schema that breaks a released one cannot be merged. Also shows that the check itself fails
# when it should: a field that moved must be found.

# Sets `conforms` to whether the schema is an evolution of the released one.
function(check_conformity released schema conforms)
  execute_process(
    COMMAND ${FLATC} --conform ${released} -I ${SCHEMA} ${schema}
    WORKING_DIRECTORY ${SCRATCH} RESULT_VARIABLE status OUTPUT_VARIABLE said ERROR_VARIABLE said)
  if(status EQUAL 0)
    set(${conforms} TRUE PARENT_SCOPE)
  else()
    set(${conforms} FALSE PARENT_SCOPE)
    message(STATUS "${schema}: ${said}")
  endif()
endfunction()

file(MAKE_DIRECTORY ${SCRATCH})
file(GLOB releases LIST_DIRECTORIES true ${SCHEMA}/released/*)
if(NOT releases)
  message(FATAL_ERROR "no released schemas in ${SCHEMA}/released")
endif()

foreach(release IN LISTS releases)
  foreach(name event protocol)
    check_conformity(${release}/${name}.fbs ${SCHEMA}/${name}.fbs conforms)
    if(NOT conforms)
      message(FATAL_ERROR "${name}.fbs does not conform to ${release}")
    endif()
  endforeach()
endforeach()

# A copy of each with two fields of different types in each other's place.
function(expect_found name first second)
  file(READ ${SCHEMA}/${name}.fbs text)
  string(REPLACE "${first}\n  ${second}" "${second}\n  ${first}" moved "${text}")
  if(moved STREQUAL text)
    message(FATAL_ERROR "the fields to move are not in ${name}.fbs: ${first} ${second}")
  endif()
  file(WRITE ${SCRATCH}/${name}.fbs "${moved}")
  check_conformity(${SCHEMA}/released/v1/${name}.fbs ${SCRATCH}/${name}.fbs conforms)
  if(conforms)
    message(FATAL_ERROR "a moved field in ${name}.fbs was not found")
  endif()
endfunction()

expect_found(event "extensions: [Extension];" "data_kind: DataKind;")
expect_found(protocol "id: uint32;\n  sub: uint32;" "channels: [string];")
