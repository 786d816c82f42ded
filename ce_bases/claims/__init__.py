"""学时申报: what people did elsewhere, claimed, confirmed by their unit, decided by the bureau."""
