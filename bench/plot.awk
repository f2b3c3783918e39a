# The plot of compare.awk, which includes it: an SVG bar chart for each row with a title, in two columns,
# with the bars in the order of the peers.

function print_plot(    r, p, shown, column, y) {
  bar_height = 16
  panel_width = 430
  panel_height = 40 + peer_count * bar_height
  for (r = 1; r <= row_count; r++)
    shown += (plotted[row[r]] != "")
  printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" " \
    "font-family=\"sans-serif\" font-size=\"12\">\n", 2 * panel_width, int((shown + 1) / 2) * panel_height + 24 >svg
  print "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>" >svg
  for (r = 1; r <= row_count; r++)
    if (plotted[row[r]] != "") {
      print_panel(row[r], column * panel_width + 12, y + 24)
      y += column * panel_height
      column = 1 - column
    }
  y = int((shown + 1) / 2) * panel_height
  printf "<text x=\"12\" y=\"%d\" fill=\"#666\">%s</text>\n</svg>\n", y + 12,
    escaped(about["machine"] "; commit " about["commit"] "; " substr(about["date"], 1, 10)) >svg
}

function escaped(text) {
  gsub(/&/, "\\&amp;", text)
  gsub(/</, "\\&lt;", text)
  return text
}

function print_panel(name, x, y,    p, longest) {
  longest = 0
  for (p = 1; p <= peer_count; p++)
    if ((peer[p], name) in median && median[peer[p], name] > longest)
      longest = median[peer[p], name]
  printf "<text x=\"%d\" y=\"%d\" font-weight=\"bold\">%s</text>\n", x, y, escaped(plotted[name]) >svg
  for (p = 1; p <= peer_count; p++)
    print_bar(peer[p], name, x, y + 6 + (p - 1) * bar_height, longest)
}

function print_bar(who, name, x, y, longest,    value, width, label) {
  label = "-"
  if ((who, name) in median) {
    value = median[who, name]
    width = longest > 0 && value > 0 ? 240 * value / longest : 0
    label = rounded(value, unit[name]) " " unit[name]
  }
  printf "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>", x + 72, y + 12, escaped(who) >svg
  printf "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>", x + 78, y + 2,
    width, bar_height - 4, (who == peer[1] ? "#c2410c" : "#94a3b8") >svg
  printf "<text x=\"%.1f\" y=\"%d\">%s</text>\n", x + 82 + width, y + 12, escaped(label) >svg
}
