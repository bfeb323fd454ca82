def base_of(key: str) -> str:
    return key
