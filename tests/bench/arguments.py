"""What the benchmarks' command lines have in common."""
import argparse


def parser(name: str, doc: str) -> argparse.ArgumentParser:
    """name: of ./dev bench's words, may be empty; doc: of the program."""
    return argparse.ArgumentParser(
        prog=f"./dev bench {name}".rstrip(), description=doc,
        formatter_class=argparse.RawDescriptionHelpFormatter)


def pattern(name: str, doc: str) -> str:
    """The only word that such a benchmark takes; empty: all."""
    words = parser(name, doc)
    words.add_argument("pattern", nargs="?", default="",
                       help="those whose name contains it")
    return words.parse_args().pattern
