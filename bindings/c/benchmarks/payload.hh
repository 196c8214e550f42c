// That large memory is not copied.
#pragma once

class Program;

// Measures a call with 64 MiB of the program's memory beside one with 4 bytes, with a model that returns its input:
// what a call costs must not depend on the size.
void compare_payloads(const Program &program);
