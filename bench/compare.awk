# Makes a table and a JSON file from the output of the programs of a benchmark.
#
#     awk -v json=FILE -f compare.awk input=rows ROWS input=about ABOUT input=samples SAMPLES
#
# ROWS     name | what it is | target, in the order of the table; and lines "heading: text" between
#          them, and "note: text"
# ABOUT    the conditions of the measurement: "key value", where the value is the rest of the line
# SAMPLES  "peer name value [unit]", once for each round; the first peer is hob. The value "failed"
#          says that the peer has no figure in this round: its others count, and the table says so
#
# A target is one or more of these, with commas between them:
#
#     <= NUMBER         hob's figure is not above it; also >=
#     <= NUMBER PEER    ... not above that multiple of the peer's; also >=, and "each" for all peers
#     < PEER            ... below the peer's
#
# A ratio of hob's figure to a peer's is computed for each round, in which they ran within seconds of
# each other. The median of these ratios is compared.
#
# With -v svg=FILE, and plot.awk behind this one, it also makes a plot.

input == "rows" && /^note: / { notes[++note_count] = substr($0, 7) }
input == "rows" && /^heading: / { heading[row_count + 1] = substr($0, 10) }
input == "rows" && /\|/ && !/^#/ {
  split($0, field, / *\| */)
  row[++row_count] = field[1]
  title[field[1]] = field[2]
  target[field[1]] = field[3]
  plotted[field[1]] = field[4]
  if (length(field[2]) > title_width)
    title_width = length(field[2])
}

input == "about" {
  about_key[++about_count] = $1
  about[$1] = substr($0, length($1) + 2)
}

input == "samples" {
  if (!($1 in is_peer)) {
    is_peer[$1] = 1
    peer[++peer_count] = $1
  }
  if (!($2 in title))
    die($1 " measured '" $2 "', which is no row of the table")
  sample[$1, $2, ++taken[$1, $2]] = $3
  if ($3 == "failed")
    failures[$1, $2]++
  else
    unit[$2] = $4
}

END {
  if (failed)
    exit 1
  for (p = 1; p <= peer_count; p++)
    for (r = 1; r <= row_count; r++)
      if (taken[peer[p], row[r]] > failures[peer[p], row[r]])
        median[peer[p], row[r]] = median_of(peer[p], row[r])
  for (r = 1; r <= row_count; r++)
    if (!((peer[1], row[r]) in median))
      die(peer[1] " did not measure '" row[r] "'")
  print_table()
  print_json()
  if (svg != "")
    print_plot()
}

function die(why) {
  print "compare.awk: " why >"/dev/stderr"
  failed = 1
  exit 1
}

function median_of(who, name,    count, i, values) {
  for (i = 1; i <= taken[who, name]; i++)
    if (sample[who, name, i] != "failed")
      values[++count] = sample[who, name, i]
  return middle(values, count)
}

# Of so many values, which it sorts.
function middle(values, count,    i, j, value) {
  for (i = 2; i <= count; i++) {
    value = values[i]
    for (j = i - 1; j > 0 && values[j] > value; j--)
      values[j + 1] = values[j]
    values[j + 1] = value
  }
  return (values[int((count + 1) / 2)] + values[int(count / 2) + 1]) / 2
}

# Three digits suffice, except for a count.
function rounded(value, unit) {
  if (unit == "" || value >= 100)
    return with_commas(sprintf("%.0f", value))
  return sprintf(value >= 10 ? "%.1f" : "%.2f", value)
}

function with_commas(digits) {
  return length(digits) > 3 ? with_commas(substr(digits, 1, length(digits) - 3)) "," \
    substr(digits, length(digits) - 2) : digits
}

# The ratio of a figure to hob's, for figures of the same unit.
function ratio(who, name,    times) {
  if (unit[name] !~ /^(ns|us|bytes|KiB|\/s)$/ || median[peer[1], name] <= 0)
    return ""
  times = median[who, name] / median[peer[1], name]
  return sprintf(times >= 10 ? "%.0fx" : "%.1fx", times)
}

# The ratio to the figure of another peer. "" if one of both has failed in each round.
function times_of(who, name,    count, i, times) {
  if (!((who, name) in median) && !failures[who, name])
    die("a target of '" name "' names '" who "', which did not measure it")
  if (taken[who, name] != taken[peer[1], name])
    die("'" name "' was not measured as often for '" who "' as for '" peer[1] "'")
  for (i = 1; i <= taken[who, name]; i++)
    if (sample[who, name, i] != "failed" && sample[peer[1], name, i] != "failed")
      times[++count] = sample[who, name, i] ? sample[peer[1], name, i] / sample[who, name, i] : 0
  return count ? middle(times, count) : ""
}

# The same for the peer that is the hardest to reach, whether more is better (">=") or less.
function worst_times(name, relation,    p, times, worst) {
  for (p = 2; p <= peer_count; p++)
    if ((peer[p], name) in median) {
      times = times_of(peer[p], name)
      if (worst == "" || (relation == ">=" ? times < worst : times > worst))
        worst = times
    }
  return worst
}

# Returns the value that a condition of a target compares.
function left_side(name, condition,    word) {
  split(condition, word, " ")
  if (word[1] == "<")
    return times_of(word[2], name)
  if (word[3] == "each")
    return worst_times(name, word[1])
  return word[3] == "" ? median[peer[1], name] : times_of(word[3], name)
}

function is_met(name, condition,    word, value) {
  value = left_side(name, condition)
  if (value == "")
    return 0
  split(condition, word, " ")
  if (word[1] == "<")
    return value < 1
  return word[1] == ">=" ? value >= word[2] + 0 : value <= word[2] + 0
}

function all_met(name,    condition, count, i) {
  count = split(target[name], condition, /, */)
  for (i = 1; i <= count; i++)
    if (!is_met(name, condition[i]))
      return 0
  return 1
}

function verdict(name,    condition, count, i, text) {
  count = split(target[name], condition, /, */)
  for (i = 1; i <= count; i++) {
    text = text (i > 1 ? ", " : "") condition[i]
    if (left_side(name, condition[i]) == "") {
      text = text " not measured"
      continue
    }
    text = text (is_met(name, condition[i]) ? " met" : " MISSED")
    if (condition[i] ~ /^[<>]= .* /)
      text = text sprintf(" (%.2f)", left_side(name, condition[i]))
  }
  return text
}

function print_table(    p, r, i, name, line) {
  for (i = 1; i <= about_count; i++)
    printf "%-9s %s\n", about_key[i], about[about_key[i]]

  line = sprintf("\n%-*s %-5s %9s", title_width, "", "", peer[1])
  for (p = 2; p <= peer_count; p++)
    line = line sprintf(" %10s      ", peer[p])
  print line "  target"

  for (r = 1; r <= row_count; r++) {
    name = row[r]
    if (r in heading)
      print (r > 1 ? "\n" : "") heading[r]
    line = sprintf("%-*s %-5s %9s", title_width, title[name], unit[name], rounded(median[peer[1], name], unit[name]))
    for (p = 2; p <= peer_count; p++)
      if ((peer[p], name) in median)
        line = line sprintf(" %10s %5s", rounded(median[peer[p], name], unit[name]), ratio(peer[p], name))
      else
        line = line sprintf(" %10s      ", "-")
    line = line "  " verdict(name)
    sub(/ +$/, "", line)
    print line
  }

  print ""
  for (r = 1; r <= row_count; r++)
    for (p = 1; p <= peer_count; p++)
      if (failures[peer[p], row[r]])
        printf "%s failed in %d of %d rounds: %s\n", peer[p], failures[peer[p], row[r]], \
          taken[peer[p], row[r]], title[row[r]]
  for (i = 1; i <= note_count; i++)
    print notes[i]
}

function quoted(text) {
  gsub(/["\\]/, "\\\\&", text)
  return "\"" text "\""
}

function print_json(    r, i) {
  printf "{\n" >json
  for (i = 1; i <= about_count; i++)
    printf "  %s: %s,\n", quoted(about_key[i]), quoted(about[about_key[i]]) >json
  printf "  \"measures\": [" >json
  for (r = 1; r <= row_count; r++)
    print_json_measure(row[r], r == 1 ? "" : ",")
  printf "\n  ]\n}\n" >json
}

function print_json_measure(name, separator,    p) {
  printf "%s\n    {\n", separator >json
  printf "      \"name\": %s,\n", quoted(name) >json
  printf "      \"title\": %s,\n", quoted(title[name]) >json
  printf "      \"unit\": %s,\n", quoted(unit[name]) >json
  if (target[name] != "") {
    printf "      \"target\": %s,\n", quoted(target[name]) >json
    printf "      \"met\": %s,\n", (all_met(name) ? "true" : "false") >json
  }
  printf "      \"peers\": {" >json
  separator = ""
  for (p = 1; p <= peer_count; p++)
    if ((peer[p], name) in median) {
      print_json_peer(peer[p], name, separator)
      separator = ","
    }
  printf "\n      }\n    }" >json
}

function print_json_peer(who, name, separator,    i) {
  printf "%s\n        %s: { ", separator, quoted(who) >json
  printf "\"median\": %.9g, \"samples\": [", median[who, name] >json
  for (i = 1; i <= taken[who, name]; i++)
    printf "%s%s", (i == 1 ? "" : ", "), sample[who, name, i] == "failed" ? "null" : sample[who, name, i] >json
  printf "] }" >json
}
