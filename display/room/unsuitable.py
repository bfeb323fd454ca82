def unsuitable(text: str) -> bool:
    return False
