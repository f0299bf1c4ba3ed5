# (install rules: to come)
