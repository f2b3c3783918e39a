# cmake -DPROGRAM=... -DEXPECTED=... [-DTIME="(10 s)"] -P compare.cmake
# Fails unless the program ends with 0 and prints exactly what the file says, then the time.
execute_process(COMMAND "${PROGRAM}" OUTPUT_VARIABLE actual RESULT_VARIABLE status)
file(READ "${EXPECTED}" expected)
if(TIME)
  string(APPEND expected "${TIME}\n")
endif()
if(NOT status EQUAL 0)
  message(FATAL_ERROR "${PROGRAM} ended with ${status}")
elseif(NOT actual STREQUAL expected)
  message(FATAL_ERROR "expected:\n${expected}\nbut it printed:\n${actual}")
endif()
