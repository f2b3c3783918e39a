# Computes the instructions of a request from the counts of callgrind in two runs.
#
#     awk -v root=FOLDER/ -v requests=COUNT -v compiler=NAME -v request=KIND -f instructions.awk
#         input=committed FILE input=few PROFILE input=many PROFILE
#
# COUNT is how many more requests the second run had. KIND is "requests" for a /ping with Host alone,
# or "browser". The committed file has lines "compiler kind total".
# Costs are the functions' own, added up by file: the inclusive costs are wrong where coroutines
# switch.

BEGIN {
  limit = request == "browser" ? 4500 : 1800
  title = request == "browser" ? "a browser's request for /ping" : "a pipelined /ping"
  step_count = split("parse route coroutine handler response connection libev libc other", step, " ")
  split("http/parser http/request_line http/target http/syntax http/head base/percent base/span", file, " ")
  for (i in file)
    step_of[file[i]] = "parse"
  split("server/response server/response_head content/replies content/http_date http/status", file, " ")
  for (i in file)
    step_of[file[i]] = "response"
}

input == "committed" && !/^#/ && $1 " " $2 == compiler && $3 == request { committed = $4 }

input == "committed" { next }
/^totals:/ { counted[input] = $2 }
/^ob=/ { object = substr($0, 4) }
/^fl=/ { outer = place = substr($0, 4) }
/^f[ie]=/ { place = substr($0, 4) }
/^fn=/ { name = substr($0, 4) }
/^calls=/ { skip = 1; next }
/^[0-9]/ {
  if (!skip)
    cost[input, classify()] += $2
  skip = 0
}

# Functions inlined from headers of the system count for the file that uses them.
function classify(    path) {
  path = index(place, root) == 1 ? place : outer
  if (index(path, root) == 1)
    return classify_ours(substr(path, length(root) + 1))
  if (name ~ /^ll(http|parse)/)
    return "parse"
  if (name ~ /_fcontext$/)
    return "coroutine"
  if (object ~ /\/libev\./)
    return "libev"
  return object ~ /\/(libc|ld-linux)[.-]/ ? "libc" : "other"
}

function classify_ours(path) {
  sub(/\.[ch]$/, "", path)
  if (path in step_of)
    return step_of[path]
  if (path ~ /^router\//)
    return "route"
  if (path ~ /^runtime\//)
    return "coroutine"
  if (path ~ /^handlers\//)
    return "handler"
  return path ~ /^server\// ? "connection" : "other"
}

END {
  for (i = 1; i <= step_count; i++) {
    each = (cost["many", step[i]] - cost["few", step[i]]) / requests
    printf "%-10s %6.0f\n", step[i], each
    total += each
  }
  if (int(total * requests + 0.5) != counted["many"] - counted["few"]) {
    print "instructions.awk: the profiles are not as expected: not all costs were found" >"/dev/stderr"
    exit 2
  }
  printf "%-10s %6.0f  user instructions of %s, %s; <= %d %s\n", "total", total, title,
    compiler, limit, (total <= limit ? "met" : "MISSED")
  exit judge(total)
}

# Returns the exit status.
function judge(total,    percent) {
  if (committed == "") {
    print "There is no figure committed for " compiler " to compare it with."
    return 0
  }
  percent = 100 * (total / committed - 1)
  printf "That is %+.1f %% of the committed %d.\n", percent, committed
  if (percent > 3 || percent < -3)
    print "Please commit the new figure, in bench/instructions.committed, with what changed it."
  return percent > 3
}
