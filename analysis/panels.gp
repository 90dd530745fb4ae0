# Draws a grid of small pictures of understudy. Runnable alone:
#
#   understudy plot DIR frontier --format data --out frontier.dat
#   gnuplot -e "fmt='svg'; out='frontier.svg'; data='frontier.dat'" panels.gp
#
# fmt is svg, png, pdf or text; without out the picture goes to standard output. What
# the data file holds: analysis/panels.h. All words come from it as values of strings,
# so nothing that a user wrote is ever read as a command, nor as markup (noenhanced).

if (!exists("fmt")) fmt = 'svg'
if (!exists("data")) data = 'frontier.dat'
if (!exists("width")) width = 80
text = fmt eq 'text'

# ---------------------------------------------------------------- words
set encoding utf8
set datafile separator tab
set datafile commentschars ''
set datafile missing NaN
title = ''; note = ''; x_label = ''; y_label = ''
columns = 1; count = 0; series = 0; x_low = 0.0; x_high = 1.0; y_low = 0.0; y_high = 1.0
is(key) = strcol(1) eq key
stats data index 0 using ( \
    title   = is('title')   ? strcol(2) : title, \
    note    = is('note')    ? strcol(2) : note, \
    x_label = is('xlabel')  ? strcol(2) : x_label, \
    y_label = is('ylabel')  ? strcol(2) : y_label, \
    columns = is('columns') ? int(real(strcol(2))) : columns, \
    count   = is('panels')  ? int(real(strcol(2))) : count, \
    series  = is('series')  ? int(real(strcol(2))) : series, \
    x_low   = is('xlow')    ? real(strcol(2)) : x_low, \
    x_high  = is('xhigh')   ? real(strcol(2)) : x_high, \
    y_low   = is('ylow')    ? real(strcol(2)) : y_low, \
    y_high  = is('yhigh')   ? real(strcol(2)) : y_high, \
    0) nooutput
array name[series]
i = 0
stats data index 3 using (i = i + 1, name[i] = strcol(1), 0) nooutput
rows = (count + columns - 1) / columns
legend = 24 * ((series + 4) / 4) # its height, with the roof; long names stand four in a row

# ---------------------------------------------------------------- paper
font = 'DejaVu Sans'
base = fmt eq 'png' ? 22 : fmt eq 'pdf' ? 9 : 13
high = 96 + legend + (count > 1 ? 250 * rows : 420)
if (fmt eq 'svg') set terminal svg noenhanced size 980,high dynamic rounded font font.','.base background '#ffffff'
if (fmt eq 'png') set terminal pngcairo noenhanced size 1960,2*high fontscale 1.0 font font.','.base linewidth 2 pointscale 2 background '#ffffff'
if (fmt eq 'pdf') set terminal pdfcairo noenhanced size 17.5cm,(17.5 * high / 980)cm rounded font font.','.base linewidth 1.1 pointscale 0.8 background '#ffffff'
if (text) set terminal dumb size width,24 noenhanced mono
if (exists("out")) set output out

# ---------------------------------------------------------------- style
# Okabe and Ito's colours, and another shape for each series, so that grey print and
# colour-blind readers can tell them apart
array colour[8] = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000', '#777777']
array shape[12] = [6, 7, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15]
ink(i) = colour[(i - 1) % 8 + 1]
form(i) = shape[(i - 1) % 12 + 1]
do for [i = 1:series] { set style line i linecolor rgb ink(i) pointtype form(i) pointsize 0.9 linewidth 1.4 }
set border 3 linewidth 0.8
set tics nomirror out scale 0.6
if (!text) set grid x y linetype 1 linecolor rgb '#e4e4e4' linewidth 0.5
set errorbars small
set xrange [x_low:x_high]
set yrange [y_low:y_high]
set key noautotitle
if (!text) unset key
if (text) set key bmargin center horizontal
block(p, s) = 4 + p * (series + 2) + s
roof_of = NaN; panel_title = ''

# ---------------------------------------------------------------- place
# a strip above for the title, one below for the x label and the legend
top = 1 - 62.0 / high; bottom = (text ? 0.1 : (legend + 52.0) / high)
left = 0.095; right = 0.985
wide = (right - left) / columns; tall = (top - bottom) / rows
if (!text) set multiplot
if (!text) set label 1 title at screen 0.5, screen 1 - 16.0 / high center font font.','.int(1.15 * base)
if (!text) set label 2 note at screen 0.5, screen 1 - 36.0 / high center font font.','.int(0.9 * base)
if (!text) set label 3 x_label at screen (left + right) / 2, screen (legend + 14.0) / high center
if (!text) set label 4 y_label at screen 0.012, screen (top + bottom) / 2 center rotate by 90
do for [p = 0:count - 1] {
    roof_of = NaN
    stats data index block(p, 0) using (panel_title = is('title') ? strcol(2) : panel_title, \
        roof_of = is('roof') && strcol(2) ne 'none' ? real(strcol(2)) : roof_of, 0) nooutput
    c = p % columns; r = p / columns
    if (!text) {
        set lmargin at screen left + c * wide
        set rmargin at screen left + (c + 1) * wide - 0.02
        set tmargin at screen top - r * tall - 26.0 / high
        set bmargin at screen top - (r + 1) * tall + 30.0 / high
    }
    set title panel_title offset 0,-0.6
    if (text) { set title title."\n".y_label." against ".x_label."\n".panel_title }
    set xtics () ; set ytics ()
    inner = c > 0 && !text
    roof_seen = roof_of == roof_of ? roof_of : y_low - 1
    plot data index 1 using 1:(y_low - 1):xticlabels(2) notitle, \
         data index 2 using (x_low - 1):1:yticlabels(inner ? 3 : 2) notitle, \
         roof_seen with lines linecolor rgb '#555555' linewidth 1.4 dashtype (8, 5) notitle, \
         data index block(p, series + 1) using 1:2 with lines linecolor rgb '#555555' linewidth 1.4 dashtype (8, 5) notitle, \
         for [s = 1:series] data index block(p, s) using 1:5 with lines linestyle s linewidth 1 notitle, \
         for [s = 1:(text ? 0 : series)] data index block(p, s) using 1:2:3:4 with yerrorbars linestyle s pointsize 0 notitle, \
         for [s = 1:(text ? 0 : series)] data index block(p, s) using 1:2 with points linestyle s notitle, \
         for [s = 1:(text ? series : 0)] data index block(p, s) using 1:2 with points pointtype s title name[s], \
         for [s = 1:(text ? 0 : series)] data index block(p, s) using 1:2:6 with labels left \
             offset 0.5,(s % 2 ? -0.5 : 0.5) font font.','.int(0.8 * base) textcolor rgb ink(s) notitle
    if (p == 0) { unset label 1; unset label 2; unset label 3; unset label 4 }
}

# ---------------------------------------------------------------- legend
if (!text) {
    unset border; unset tics; unset grid; unset title
    set lmargin at screen 0.02; set rmargin at screen 0.98
    set bmargin at screen 0; set tmargin at screen real(legend) / high
    set key noautotitle center center horizontal Left reverse samplen 1.5 width 0.5
    set xrange [0:1]; set yrange [0:1]
    plot NaN notitle, for [s = 1:series] keyentry with linespoints linestyle s title name[s], \
         keyentry with lines linecolor rgb '#555555' linewidth 1.4 dashtype (8, 5) title 'roof'
    unset multiplot
}
