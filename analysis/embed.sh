#!/bin/sh
# Writes a text file as a C string: embed.sh NAME FILE > FILE.c
# So the program finds its gnuplot script wherever it is installed.
set -eu
printf '/* Made by analysis/embed.sh from %s: change that file, not this one. */\n' "$2"
printf '#include "analysis/plot.h"\n\nconst char %s[] =\n' "$1"
sed -e 's/[\\"]/\\&/g' -e 's/.*/    "&\\n"/' "$2"
printf '    "";\n'
