/* Sorting records by the bytes that they begin with. */
#ifndef PLOMB_ORDER_H
#define PLOMB_ORDER_H

#include <stddef.h>

/*
 * Put count records of size bytes in the order of their first key bytes;
 * equal ones stand in any order. Heapsort: in place, no recursion, and n log
 * n whatever an attacker names his files. array may be NULL if count is 0.
 */
void plomb_order(unsigned char *array, size_t count, size_t size, size_t key);

#endif
