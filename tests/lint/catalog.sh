#!/usr/bin/env bash
# Whatever a person reads has its Chinese: compares the sources with po/zh_CN.po.
# Usage: catalog.sh SOURCE_ROOT. Exit code 1 if a string has no translation, or one that does not fit.
set -euo pipefail

root=${1:?usage: catalog.sh SOURCE_ROOT}
catalog=$root/po/zh_CN.po
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The functions whose argument of that number is English for a person; some only in these folders.
keywords=(tr:1 message:1 fail:2 in_context:2 corrupt:1 denied:1)
local_keywords=(failure:1 failure:2 broken:2 failed:2)
local_folders=(client/crypto client/git simulation)

[[ -f $catalog ]] || { echo "$catalog is not there" >&2; exit 1; }
cd "$root"
catalog=po/zh_CN.po
find sync client simulation cli -name '*.cpp' -o -name '*.h' | LC_ALL=C sort > "$work/sources"
[[ -s $work/sources ]] || { echo "there are no sources in $root" >&2; exit 1; }
xgettext --c++ --from-code=UTF-8 --no-location "${keywords[@]/#/--keyword=}" \
  --files-from="$work/sources" -o "$work/sources.pot"
[[ -f $work/sources.pot ]] || { echo "there are no strings in $root" >&2; exit 1; }
find "${local_folders[@]}" -name '*.cpp' | LC_ALL=C sort > "$work/local_sources"
xgettext --join-existing --c++ --from-code=UTF-8 --no-location "${local_keywords[@]/#/--keyword=}" \
  --files-from="$work/local_sources" -o "$work/sources.pot"
msgfmt --check -o /dev/null "$catalog" || exit 1
msgcat --no-wrap "$work/sources.pot" > "$work/wanted"
msgattrib --no-obsolete --no-wrap "$catalog" > "$work/given"

awk '
  function text_of(line) {
    sub(/^[^"]*"/, "", line)
    sub(/"$/, "", line)
    return line
  }

  # The arguments that a text asks for, in order of their numbers, each as often as it stands there.
  function arguments(text,    next_one, counts, number, most, list) {
    gsub(/\{\{|\}\}/, "", text)
    most = -1
    while (match(text, /\{[0-9]*\}/)) {
      number = substr(text, RSTART + 1, RLENGTH - 2)
      kinds[number == "" ? "counted" : "numbered"]
      number = number == "" ? next_one++ : number + 0
      counts[number]++
      if (number > most) most = number
      text = substr(text, RSTART + RLENGTH)
    }
    list = ""
    for (number = 0; number <= most; number++) list = list " " number "x" (counts[number] + 0)
    return list
  }

  function has_letters(text) {
    gsub(/\\./, "", text)
    gsub(/\{[^}]*\}/, "", text)
    return text ~ /[A-Za-z]/
  }

  function complain(what, id) {
    printf "%s: \"%s\"\n", what, id
    bad = 1
  }

  function finish() {
    if (id != "" && file == wanted) order[++strings] = id
    if (id != "" && file != wanted) {
      known[id]
      chinese[id] = translation
      fuzzy[id] = is_fuzzy
    }
    id = translation = part = ""
    is_fuzzy = 0
  }

  FNR == 1 { finish() }
  /^$/ { finish(); next }
  { file = FILENAME }
  /^#,.*fuzzy/ { is_fuzzy = 1; next }
  /^#/ { next }
  /^msgid / { part = "id"; id = text_of($0); next }
  /^msgstr / { part = "translation"; translation = text_of($0); next }
  /^"/ { if (part == "id") id = id text_of($0); else translation = translation text_of($0) }

  END {
    finish()
    for (i = 1; i <= strings; i++) {
      id = order[i]
      if (!has_letters(id)) continue
      if (!(id in known)) { complain("missing", id); continue }
      if (chinese[id] == "") { complain("untranslated", id); continue }
      if (fuzzy[id]) complain("fuzzy", id)
      delete kinds
      theirs = arguments(chinese[id])
      mixed = ("counted" in kinds) && ("numbered" in kinds)
      if (mixed || theirs != arguments(id)) complain("other placeholders", id)
    }
    exit bad
  }
' wanted="$work/wanted" "$work/wanted" "$work/given"
