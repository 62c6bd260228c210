"""What `fairlead up` is made of: the embedded database server, child processes, ports."""
