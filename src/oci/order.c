/* see order.h */
#include "order.h"

#include <string.h>

static void
swap(unsigned char *a, unsigned char *b, size_t size)
{
	size_t i;

	for (i = 0; i < size; i ++) {
		unsigned char byte = a[i];

		a[i] = b[i];
		b[i] = byte;
	}
}

/* Let the record at the root sink until none below it is larger. */
static void
sink(unsigned char *array, size_t root, size_t count, size_t size, size_t key)
{
	for (;;) {
		size_t child = 2 * root + 1;

		if (child >= count) {
			return;
		}
		if (child + 1 < count && memcmp(array + child * size, array + (child + 1) * size, key) < 0) {
			child ++;
		}
		if (memcmp(array + root * size, array + child * size, key) >= 0) {
			return;
		}
		swap(array + root * size, array + child * size, size);
		root = child;
	}
}

/* see order.h */
void
plomb_order(unsigned char *array, size_t count, size_t size, size_t key)
{
	size_t i;

	for (i = count / 2; i > 0; i --) {
		sink(array, i - 1, count, size, key);
	}
	for (i = count; i > 1; i --) {
		swap(array, array + (i - 1) * size, size);
		sink(array, 0, i - 1, size, key);
	}
}
