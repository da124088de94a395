// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory and string functions: what a freestanding compiler may call by
 * itself, and what the command line and the debug channel need.
 */
#include "hv.h"

/**
 * memset() - Fill memory
 * @to: first byte
 * @value: what every byte becomes
 * @size: bytes
 *
 * Return: @to.
 */
void *memset(void *to, int value, size_t size)
{
	void *end = to;

	asm volatile("rep stosb" : "+D" (end), "+c" (size) : "a" (value)
		     : "memory");
	return to;
}

/**
 * memcpy() - Copy memory upwards
 * @to: first byte written
 * @from: first byte read
 * @size: bytes
 *
 * Return: @to.
 */
void *memcpy(void *to, const void *from, size_t size)
{
	void *end = to;

	asm volatile("rep movsb" : "+D" (end), "+S" (from), "+c" (size)
		     : : "memory");
	return to;
}

/**
 * memmove() - Copy memory that may overlap
 * @to: first byte written
 * @from: first byte read
 * @size: bytes
 *
 * Return: @to.
 */
void *memmove(void *to, const void *from, size_t size)
{
	void *end = (u8 *)to + size - 1;

	if (to <= from)
		return memcpy(to, from, size);

	from = (const u8 *)from + size - 1;
	asm volatile("std; rep movsb; cld" : "+D" (end), "+S" (from),
		     "+c" (size) : : "memory", "cc");
	return to;
}

/**
 * strlen() - Length of a string
 * @s: the string
 *
 * Return: bytes before its end.
 */
size_t strlen(const char *s)
{
	size_t length = 0;

	while (s[length])
		length++;
	return length;
}

/**
 * strcmp() - Compare two strings
 * @a: one string
 * @b: the other
 *
 * Return: 0 when equal.
 */
int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return (u8)*a - (u8)*b;
}

/**
 * all_zero() - Are reserved bytes as they must be?
 * @data: first byte
 * @size: bytes
 *
 * Return: true when every byte is zero.
 */
bool all_zero(const void *data, size_t size)
{
	const u8 *bytes = data;

	while (size--)
		if (*bytes++)
			return false;
	return true;
}

static bool is_one_of(char c, const char *set)
{
	while (*set)
		if (c == *set++)
			return true;
	return false;
}

/**
 * next_word() - Cut the next word off a line
 * @line: the line; moves behind the word, which is ended in place
 * @separators: what may stand between words
 *
 * Return: the word, or NULL at the end of the line.
 */
char *next_word(char **line, const char *separators)
{
	char *p = *line, *word;

	while (*p && is_one_of(*p, separators))
		p++;
	if (!*p)
		return NULL;

	word = p;
	while (*p && !is_one_of(*p, separators))
		p++;
	if (*p)
		*p++ = '\0';
	*line = p;
	return word;
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

/**
 * parse_u64() - Read a number
 * @word: digits, hexadecimal behind 0x
 * @base: base of a number without 0x, 10 or 16
 * @value: where it goes
 *
 * Return: false when @word is no number or does not fit.
 */
bool parse_u64(const char *word, int base, u64 *value)
{
	u64 result = 0;

	if (word[0] == '0' && (word[1] == 'x' || word[1] == 'X')) {
		word += 2;
		base = 16;
	}
	if (!*word)
		return false;

	for (; *word; word++) {
		int digit = digit_value(*word);

		if (digit >= base || result > (~0UL - digit) / base)
			return false;
		result = result * base + digit;
	}
	*value = result;
	return true;
}
