"""What is said of a claim: status, findings, the verdict, and every number that can turn one."""
