# cmake -DPROGRAM=... -DEXPECTED=... [-DTIME="(10 s)"] -P compare.cmake
# Fails unless the program ends with 0 and prints exactly what the file says, then the time.
#
# Without a time it runs in real time, where a busy machine may be late. So the program has three
# tries, and neither the seconds that begin a line (" 3 s  ...") nor the length of a drawing ("....#")
# are compared: the same program in virtual time shows that both are right.
function(forget_time variable)
  if(NOT TIME)
    string(REGEX REPLACE "(^|\n) *[0-9]+ s  " "\\1" ${variable} "${${variable}}")
    string(REGEX REPLACE "[.]+#" ".#" ${variable} "${${variable}}")
    set(${variable} "${${variable}}" PARENT_SCOPE)
  endif()
endfunction()

file(READ "${EXPECTED}" expected)
set(tries 3)
if(TIME)
  string(APPEND expected "${TIME}\n")
  set(tries 1)
endif()
forget_time(expected)

foreach(try RANGE 1 ${tries})
  execute_process(COMMAND "${PROGRAM}" OUTPUT_VARIABLE actual RESULT_VARIABLE status)
  forget_time(actual)
  if(status EQUAL 0 AND actual STREQUAL expected)
    return()
  endif()
endforeach()
message(FATAL_ERROR "expected:\n${expected}\nbut it ended with ${status} and printed:\n${actual}")
