# Sourced by demo, test and fuzz: installs what packages.txt names and this machine lacks.
source_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Takes further lists of packages, by their names in this folder.
install_packages() {
  local package missing=()
  while read -r package; do
    case $package in '' | '#'*) continue ;; esac
    dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
  done < <(cd "$source_root/packaging" && cat packages.txt "$@")
  [ ${#missing[@]} -eq 0 ] && return 0
  echo "Installing from Debian: ${missing[*]}" >&2
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "Installing packages needs root or sudo. Nothing was changed." >&2; return 3; }
    as_root=(sudo)
  fi
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# Configures and builds a preset; what the tools say is shown only when they fail or on a terminal.
build_preset() {
  local preset=$1
  shift
  cd "$source_root"
  echo "Building ($preset)…" >&2
  local log
  log=$(mktemp)
  if ! { cmake --preset "$preset" && cmake --build --preset "$preset" "$@"; } >"$log" 2>&1; then
    tail -n 60 "$log" >&2
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
}
