// SPDX-License-Identifier: GPL-2.0-only
/*
 * What tests want to know about hypercalls and do to them: a log of the last
 * ones, counters, and faults.
 *
 * Invariant: all three are under one lock, so that counters and log agree and
 * a fault hits exactly the call it was meant for.
 */
#include "hv.h"

#define LOG_SIZE	256
#define MAX_CODES	128
#define MAX_FAULTS	16

static struct log_entry {
	u64 sequence;
	u32 vp;
	u16 code;
	u16 status;
	u64 input;
} log[LOG_SIZE];

struct counter {
	u16 code;
	u64 calls;
	u64 failures;
};

/* By code; of the parent, and of its children */
static struct counters {
	struct counter of[MAX_CODES];
	u32 num;
} counters, child_counters;

/* Hits when nth calls were seen, or every call when nth is 0. */
static struct fault {
	u16 code;
	u16 status;
	u64 nth;
	u64 seen;
} faults[MAX_FAULTS];

static u64 log_sequence;
static u64 log_cleared;
static u32 num_faults;
static struct spinlock calllog_lock;

/**
 * fault_add() - Let a hypercall fail
 * @code: which
 * @nth: 1 is the next call, 0 every call
 * @status: how
 *
 * Return: NULL, or what is wrong.
 */
const char *fault_add(u64 code, u64 nth, u64 status)
{
	const char *error = NULL;

	if (code > 0xffff || status > 0xffff)
		return "code and status have 16 bits";

	spin_lock(&calllog_lock);
	if (num_faults < MAX_FAULTS)
		faults[num_faults++] = (struct fault) {
			.code = code, .status = status, .nth = nth
		};
	else
		error = "too many faults";
	spin_unlock(&calllog_lock);
	return error;
}

/**
 * fault_clear() - Forget all faults
 */
void fault_clear(void)
{
	spin_lock(&calllog_lock);
	num_faults = 0;
	spin_unlock(&calllog_lock);
}

/**
 * fault_hits() - Must this call fail?
 * @code: the call
 * @status: set to the status when it must
 *
 * A fault for the nth call is used up by it. Every fault of the code counts
 * the call, the first one that is due decides.
 *
 * Return: true when the call must fail.
 */
bool fault_hits(u16 code, u16 *status)
{
	bool hit = false;
	u32 i, kept = 0;

	spin_lock(&calllog_lock);
	for (i = 0; i < num_faults; i++) {
		struct fault fault = faults[i];
		bool due = false;

		if (fault.code == code)
			due = !fault.nth || ++fault.seen == fault.nth;
		if (due && !hit) {
			hit = true;
			*status = fault.status;
		}
		if (!due || !fault.nth)
			faults[kept++] = fault;
	}
	num_faults = kept;
	spin_unlock(&calllog_lock);
	return hit;
}

static void count(struct counters *c, u16 code, u16 status)
{
	u32 i;

	for (i = 0; i < c->num; i++)
		if (c->of[i].code >= code)
			break;
	if (i == c->num || c->of[i].code != code) {
		if (c->num == MAX_CODES)
			return;
		memmove(&c->of[i + 1], &c->of[i],
			(c->num - i) * sizeof(c->of[0]));
		c->of[i] = (struct counter) { .code = code };
		c->num++;
	}
	c->of[i].calls++;
	c->of[i].failures += !!status;
}

/**
 * calllog_record() - Remember a hypercall that is done
 * @vp: who called
 * @code: what
 * @input: the first eight bytes of its input
 * @status: how it went
 */
void calllog_record(struct vp *vp, u16 code, u64 input, u16 status)
{
	spin_lock(&calllog_lock);
	log[log_sequence % LOG_SIZE] = (struct log_entry) {
		log_sequence, vp->index, code, status, input
	};
	log_sequence++;
	count(&counters, code, status);
	spin_unlock(&calllog_lock);
}

/**
 * calllog_count_child() - Count a hypercall of a child that is done
 * @code: what
 * @status: how it went
 */
void calllog_count_child(u16 code, u16 status)
{
	spin_lock(&calllog_lock);
	count(&child_counters, code, status);
	spin_unlock(&calllog_lock);
}

/**
 * calllog_print() - The log, oldest first
 * @text: where it goes
 */
void calllog_print(struct text *text)
{
	u64 i, first;

	spin_lock(&calllog_lock);
	first = log_sequence > LOG_SIZE ? log_sequence - LOG_SIZE : 0;
	for (i = max(first, log_cleared); i < log_sequence; i++) {
		const struct log_entry *entry = &log[i % LOG_SIZE];

		text_add(text, "%lu %u %04x %016lx %04x\n", entry->sequence,
			 entry->vp, entry->code, entry->input, entry->status);
	}
	spin_unlock(&calllog_lock);
}

/**
 * calllog_clear() - Forget the log; sequence numbers go on
 */
void calllog_clear(void)
{
	spin_lock(&calllog_lock);
	log_cleared = log_sequence;
	spin_unlock(&calllog_lock);
}

/**
 * counters_print() - How often each hypercall was made and failed, by code
 * @text: where it goes
 * @children: by children, not by the parent
 */
void counters_print(struct text *text, bool children)
{
	const struct counters *c = children ? &child_counters : &counters;
	u32 i;

	spin_lock(&calllog_lock);
	for (i = 0; i < c->num; i++)
		text_add(text, "%04x %lu %lu\n", c->of[i].code, c->of[i].calls,
			 c->of[i].failures);
	spin_unlock(&calllog_lock);
}

/**
 * counters_clear() - Start counting from 0
 */
void counters_clear(void)
{
	spin_lock(&calllog_lock);
	counters.num = 0;
	child_counters.num = 0;
	spin_unlock(&calllog_lock);
}
