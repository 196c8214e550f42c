/* Half of a framework: with NEEDS, the half that needs the other one. */
#ifdef NEEDS
int fake_core(void);
int fake_framework(void) { return fake_core(); }
#else
int fake_core(void) { return 1; }
#endif
