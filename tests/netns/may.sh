# Whether stories in network namespaces can be played on this machine. Where
# they can't they are skipped; with ATTLS_REQUIRE=netns that is a failure. (The
# rows of tests/edges have a word of their own there.)
# shellcheck shell=bash
# shellcheck disable=SC2154 # bin is the story's

PATH=$PATH:/usr/sbin:/sbin

# refuse_or_skip REASON [WORD]
refuse_or_skip()
{
    local word=${2:-netns}
    case ",${ATTLS_REQUIRE-}," in
    *",$word,"*) echo "FAIL: ATTLS_REQUIRE says $word, and $1" && exit 1 ;;
    esac
    echo "SKIP: $1"
    exit 77
}

# may_have_namespaces [WORD]
may_have_namespaces()
{
    unshare -Urnm true 2>/dev/null ||
        refuse_or_skip "user and network namespaces can't be made here" "$@"
    command -v nft >/dev/null || refuse_or_skip "there is no nft" "$@"
    command -v ip >/dev/null || refuse_or_skip "there is no ip (iproute2)" "$@"
}

may_be_transparent()
{
    ! "$bin/attlsd" -t -f /dev/stdin <<<'listeners = ( { mode = "transparent"; } ); pagent = "/dev/null";' 2>&1 |
        grep -q 'built without transparent mode' ||
        refuse_or_skip "attlsd was built without transparent mode"
}
