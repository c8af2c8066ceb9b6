select tonnes * 1000
