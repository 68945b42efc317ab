#!/usr/bin/env python3
"""Fails when a JSON report of `spranga check` does not satisfy its schema.

usage: validate_report.py SCHEMA [REPORT]     (REPORT: a file, else standard input)
"""
import json
import sys

import jsonschema


def main():
    schema = json.load(open(sys.argv[1], encoding='utf-8'))
    report = json.load(open(sys.argv[2], encoding='utf-8') if len(sys.argv) > 2 else sys.stdin)
    validator = jsonschema.validators.validator_for(schema)
    validator.check_schema(schema)
    problems = sorted(validator(schema).iter_errors(report), key=lambda e: list(map(str, e.absolute_path)))
    for problem in problems:
        print('/'.join(map(str, problem.absolute_path)) or '(top)', problem.message, sep=': ')
    return bool(problems)


if __name__ == '__main__':
    sys.exit(main())
