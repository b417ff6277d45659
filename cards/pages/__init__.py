"""What all interactive pages share: the base page, its stylesheet and its security policy."""
