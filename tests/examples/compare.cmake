# cmake -DPROGRAM=... -DEXPECTED=... [-DTIME="(10 s)"] -P compare.cmake
# Fails unless the program ends with 0 and prints exactly what the file says, then the time.
#
# Without a time it runs in real time, where a busy machine may be late: it has three tries, and a
# drawing of what happened when ("....#") may have more or fewer dots in a row.
file(READ "${EXPECTED}" expected)
set(tries 3)
if(TIME)
  string(APPEND expected "${TIME}\n")
  set(tries 1)
else()
  string(REGEX REPLACE "[.]+#" ".#" expected "${expected}")
endif()

foreach(try RANGE 1 ${tries})
  execute_process(COMMAND "${PROGRAM}" OUTPUT_VARIABLE actual RESULT_VARIABLE status)
  if(NOT TIME)
    string(REGEX REPLACE "[.]+#" ".#" actual "${actual}")
  endif()
  if(status EQUAL 0 AND actual STREQUAL expected)
    return()
  endif()
endforeach()
message(FATAL_ERROR "expected:\n${expected}\nbut it ended with ${status} and printed:\n${actual}")
