"""Three front ends that make one kind of record: of NumPy code, of ATen operations, of jaxprs."""
