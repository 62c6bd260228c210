"""One small program per language; `NAME` is replaced."""

SNIPPETS = {
    "python": '''
from collections.abc import Iterable


def NAME(values: Iterable[float]) -> float:
    """The mean of `values`; raises ValueError when there are none."""
    total = count = 0.0
    for value in values:
        total += value
        count += 1
    if not count:
        raise ValueError("no values")
    return total / count


print(NAME([2, 3, 7]))  # 4.0
''',
    "javascript": """
export function NAME(values) {
  if (values.length === 0) throw new RangeError("no values");
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

console.log(NAME([2, 3, 7])); // 4
""",
    "typescript": """
export function NAME(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("no values");
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

console.log(NAME([2, 3, 7])); // 4
""",
    "sql": """
WITH NAME AS (
    SELECT customer_id, date_trunc('month', ordered_at) AS month, sum(amount) AS amount
    FROM orders
    GROUP BY customer_id, month
)
SELECT month, count(*) AS customers, round(avg(amount), 2) AS mean_amount
FROM NAME
GROUP BY month
ORDER BY month;
""",
    "bash": """
#!/usr/bin/env bash
set -euo pipefail

NAME() {
  local folder="${1:?usage: NAME FOLDER}"
  find "$folder" -type f -printf '%s %p\\n' | sort -rn | head -n 10
}

NAME "$@"
""",
    "rust": """
fn NAME(values: &[f64]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    Some(values.iter().sum::<f64>() / values.len() as f64)
}

fn main() {
    println!("{:?}", NAME(&[2.0, 3.0, 7.0])); // Some(4.0)
}
""",
    "go": """
package main

import (
	"errors"
	"fmt"
)

func NAME(values []float64) (float64, error) {
	if len(values) == 0 {
		return 0, errors.New("no values")
	}
	total := 0.0
	for _, value := range values {
		total += value
	}
	return total / float64(len(values)), nil
}

func main() {
	fmt.Println(NAME([]float64{2, 3, 7})) // 4 <nil>
}
""",
}
