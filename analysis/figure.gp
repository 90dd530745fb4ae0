# Draws one figure of understudy. Runnable alone:
#
#   understudy plot DIR survival --format data --out survival.dat
#   gnuplot -e "fmt='svg'; out='survival.svg'; data='survival.dat'" figure.gp
#
# fmt is svg, png, pdf or text; without out the picture goes to standard output. What
# the data file holds: analysis/figure.h. All words come from it as values of strings,
# so nothing that a user wrote is ever read as a command, nor as markup (noenhanced).

if (!exists("fmt")) fmt = 'svg'
if (!exists("data")) data = 'survival.dat'
if (!exists("width")) width = 80
text = fmt eq 'text'

set encoding utf8
font = 'DejaVu Sans'
if (fmt eq 'svg') set terminal svg noenhanced size 840,540 dynamic rounded font font.',14' background '#ffffff'
if (fmt eq 'png') set terminal pngcairo noenhanced size 1680,1080 fontscale 1.0 font font.',24' linewidth 2 pointscale 2 background '#ffffff'
if (fmt eq 'pdf') set terminal pdfcairo noenhanced size 17.5cm,11.25cm rounded font font.',11' linewidth 1.2 background '#ffffff'
if (text) set terminal dumb size width,(width < 70 ? 22 : 28) noenhanced mono
if (exists("out")) set output out

# ---------------------------------------------------------------- words
set datafile separator tab
set datafile commentschars ''
set datafile missing NaN

title = ''; note = ''; x_label = ''; y_label = ''; unit = ''; kind = ''; theory = ''; roof = ''; slanted = ''; ticks = ''
offset = -1.0; curves = 0
is(key) = strcol(1) eq key
stats data index 0 using ( \
    title   = is('title')   ? title.(strlen(title) > 0 ? "\n" : '').strcol(2) : title, \
    note    = is('note')    ? strcol(2) : note, \
    x_label = is('xlabel')  ? strcol(2) : x_label, \
    y_label = is('ylabel')  ? strcol(2) : y_label, \
    unit    = is('unit')    ? strcol(2) : unit, \
    kind    = is('style')   ? strcol(2) : kind, \
    theory  = is('theory')  ? strcol(2) : theory, \
    roof    = is('roof')    ? strcol(2) : roof, \
    slanted = is('slanted') ? strcol(2) : slanted, \
    ticks   = is('ticks')   ? strcol(2) : ticks, \
    offset  = is('offset')  ? real(strcol(2)) : offset, \
    curves  = is('curves')  ? int(real(strcol(2))) : curves, \
    0) nooutput

# ---------------------------------------------------------------- axes
# the x axis reaches a little beyond the outermost ticks and points
lowest = 1e300; highest = -1e300
see(x) = (lowest = x < lowest ? x : lowest, highest = x > highest ? x : highest, 0)
do for [i = 1:curves] { stats data index i + 1 every ::1 using (see(column(1))) nooutput }
forth(x) = offset < 0 ? x : log10(x + offset)
back(x) = offset < 0 ? x : 10**x - offset
if (offset >= 0) set nonlinear x via log10(x + offset) inverse 10**x - offset
span = forth(highest) - forth(lowest)
margin = span > 0 ? 0.04 * span : kind eq 'steps' ? 0.1 * abs(lowest) + 0.01 : 0.5
if (kind eq 'points') margin = 0.5
set xrange [back(forth(lowest) - margin) : back(forth(highest) + margin)]
set yrange [0:*]
if (unit eq 'percent') set yrange [(text ? -6 : -2):(text ? 106 : 102)]; set ytics 0,20,100; set format y '%.0f %%'
if (unit eq 'seconds') set format y '%g s'
if (unit eq 'points') set yrange [*:*]; set format y '%+.1f'; set xzeroaxis linetype 1 linecolor rgb '#555555' linewidth 1
if (unit eq 'ranks') set yrange [highest + 1.5 : 0.5]; set ytics 1, 1; set format y '%.0f'
if (unit eq 'bytes') set format y '%.0s %cB'

set border 3 linewidth 0.8
set tics nomirror out
if (ticks eq 'yes') set xtics ()
if (slanted eq 'yes' && !text) set xtics rotate by 40 right
# text cannot slant: there the words stand in three rows by turns
rows = slanted eq 'yes' && text ? 3 : 1
row(i) = int(i) % rows == 1 ? "\n" : int(i) % rows == 2 ? "\n\n" : ''
if (rows > 1) x_label = "\n\n".x_label
if (!text) set grid x y linetype 1 linecolor rgb '#e4e4e4' linewidth 0.5
if (strlen(note) > 0) title = title."\n".note
line = roof eq 'yes' ? 'roof' : 'theory'
if (theory eq 'yes' && roof ne 'yes' && !text) title = title."\ntheory: (1-p) x share of connections older than c"
if (theory eq 'yes' && roof eq 'yes') title = title."\nroof: no protocol knows who opened in an outage that still lasts"
set title title
set xlabel x_label
set ylabel y_label
if (text) set ylabel; set title title."\n".y_label
# below the picture, where it covers no data whatever the data are
set key bmargin center horizontal Left reverse noautotitle samplen 2.5
set errorbars small
alone = curves < 2 && theory ne 'yes' && kind ne 'steps'
if (alone) unset key
if (!alone && !text) set xlabel x_label."\n"

# ---------------------------------------------------------------- curves
# Okabe and Ito's colours, and another shape for each, so that grey print and
# colour-blind readers can tell them apart; the first shape is large and hollow, so
# that a curve below it can be seen
array colour[8] = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000', '#999999']
array shape[12] = [6, 7, 4, 5, 8, 9, 12, 13, 10, 11, 14, 15]
slot(i) = (i - 1) % 24 + 1
do for [i = 1:24] {
    ink = colour[(i - 1) % 8 + 1]
    set style line i linecolor rgb ink pointtype shape[(i - 1) % 12 + 1] pointsize (i % 2 ? 1.1 : 0.7) linewidth 1.5
    set style line 100 + i linecolor rgb ink linewidth 1.5 dashtype (8, 5)
}
# curves may lie on each other (a protocol does not change when B takes over): few of
# them, and staircases, are each drawn narrower than the one below
below(i) = 1.5 + (kind eq 'steps' || curves < 4 ? 1.2 * (curves - i) : 0)
# in text there is no room for bars; elsewhere a curve with a theory is not joined, so
# that the line is the theory's and the points are the runs'
tick_marks = ticks eq 'yes' ? 1 : 0
bars = text || kind eq 'steps' ? 0 : curves
plot for [i = 1:tick_marks] data index 1 using 1:(NaN):xticlabels(row($0).strcol(2)) notitle, \
     for [i = 1:(kind eq 'steps' ? curves : 0)] data index i + 1 using 1:2 \
         with steps linestyle slot(i) linewidth below(i) \
         title columnheader(1), \
     for [i = 1:bars] data index i + 1 using 1:6 with lines linestyle slot(i) linewidth below(i) notitle, \
     for [i = 1:bars] data index i + 1 using 1:5 with lines linestyle 100 + slot(i) notitle, \
     for [i = 1:bars] data index i + 1 using 1:2:3:4 \
         with yerrorbars linestyle slot(i) title columnheader(1), \
     for [i = 1:(text && kind eq 'joined' ? curves : 0)] data index i + 1 using 1:2 \
         with linespoints linetype i pointtype i title columnheader(1), \
     for [i = 1:(text && kind eq 'points' ? curves : 0)] data index i + 1 using 1:2 \
         with points linetype i pointtype i title columnheader(1), \
     for [i = 1:(text && roof eq 'yes' ? curves : 0)] data index i + 1 using 1:5 \
         with points pointtype -1 + i notitle, \
     for [i = 1:(theory eq 'yes' && !text ? 1 : 0)] keyentry \
         with lines linecolor rgb '#555555' linewidth 1.5 dashtype (8, 5) \
         title line
