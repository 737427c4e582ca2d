"""HTTP for laboratories and other systems; one file per resource."""
