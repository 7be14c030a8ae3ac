# raw.tsv (case, kind, contestant, round, words of client) to a table of
# medians with the best round in brackets, or to JSON (-v json=1); -v want=CASE:
# that case only; -v all="NAME...": the columns. "ceiling" is no peer.
BEGIN {
    FS = "\t"
    names = split(all, name, " ")
    for (i = 1; i <= names; i++) seen[name[i]] = 1
}

function word(key,    s)
{
    s = " " $5 " "
    if (!match(s, " " key "=[^ ]*")) return 0
    return substr(s, RSTART + length(key) + 2, RLENGTH - length(key) - 2) + 0
}

function add(metric, value)
{
    key = $1 SUBSEP metric SUBSEP $3
    values[key] = values[key] " " value
    if (!(($1 SUBSEP metric) in known)) {
        known[$1 SUBSEP metric] = 1
        order[++rows] = $1 SUBSEP metric
    }
    if (!($3 in seen)) {
        seen[$3] = 1
        name[++names] = $3
    }
}

want != "" && $1 != want { next }
$2 == "goodput" && word("can") > 0 { add("good/s", word("units") / word("seconds")); add("of 100", 100 * word("units") / word("seconds") / word("can")); next }
word("errors") > 0 && word("errors") * 100 > word("units") { add("errors", word("errors")); next }
word("units") == 0 { add("errors", 1); next }
$2 == "conn" { add("cpu us/conn", word("cpu_ns") / word("units") / 1000); add("rate/s", word("units") / word("seconds")) }
$2 == "bulk" { add("cpu ns/byte", word("cpu_ns") / word("units")); add("GB/s", word("units") / word("seconds") / 1e9) }
$2 == "echo" { add("cpu us/round trip", word("cpu_ns") / word("units") / 1000) }
$2 == "echo" || $2 == "storm" { add("p50 us", word("p50_us")); add("p99 us", word("p99_us")); add("p999 us", word("p999_us")) }
$2 == "idle" { add("KiB/conn", word("kib") / word("units")) }

function median(list,    v, n, i, j, t)
{
    n = split(list, v, " ")
    for (i = 2; i <= n; i++)
        for (j = i; j > 1 && v[j - 1] + 0 > v[j] + 0; j--) { t = v[j]; v[j] = v[j - 1]; v[j - 1] = t }
    low = v[1]; high = v[n]
    return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
}

function show(x)
{
    return x >= 100 ? sprintf("%.0f", x) : x >= 10 ? sprintf("%.1f", x) : sprintf("%.3f", x)
}

function more_is_better(metric)
{
    return metric == "rate/s" || metric == "good/s" || metric == "of 100" || metric == "GB/s"
}

function row(r,    part, i, m, best, ours, line, mark)
{
    split(order[r], part, SUBSEP)
    line = "| " part[1] " | " part[2] " |"
    best = ""
    for (i = 1; i <= names; i++) {
        key = order[r] SUBSEP name[i]
        if (!(key in values)) { line = line " |"; continue }
        m = median(values[key])
        line = line " " show(m) " (" show(low) ".." show(high) ") |"
        if (name[i] == "attlsd") ours = m
        else if (name[i] == "ceiling") continue
        else if (best == "" || (more_is_better(part[2]) ? m > best : m < best)) best = m
    }
    mark = ours != "" && best + 0 > 0 ? sprintf("%.2f", ours / best) : ""
    print line " " mark " |"
}

function json_row(r,    part, i, list)
{
    split(order[r], part, SUBSEP)
    printf "%s\n  {\"case\": \"%s\", \"metric\": \"%s\"", (r > 1 ? "," : ""), part[1], part[2]
    for (i = 1; i <= names; i++)
        if ((order[r] SUBSEP name[i]) in values)
        {
            list = substr(values[order[r] SUBSEP name[i]], 2)
            gsub(/ /, ", ", list)
            printf ", \"%s\": [%s]", name[i], list
        }
    printf "}"
}

# Names in one order, whoever came first.
function sort_names(    i, j, t)
{
    for (i = 2; i <= names; i++)
        for (j = i; j > 1 && name[j - 1] > name[j]; j--) { t = name[j]; name[j] = name[j - 1]; name[j - 1] = t }
}

END {
    sort_names()
    if (json) {
        printf "["
        for (r = 1; r <= rows; r++) json_row(r)
        print "\n]"
        exit
    }
    line = "| case | metric |"; rule = "| --- | --- |"
    for (i = 1; i <= names; i++) { line = line " " name[i] " |"; rule = rule " ---: |" }
    print line " to the best peer |"
    print rule " ---: |"
    for (r = 1; r <= rows; r++) row(r)
}
