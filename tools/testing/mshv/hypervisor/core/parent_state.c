// SPDX-License-Identifier: GPL-2.0-only
/*
 * The record of the parent partition. parent/ fills it in.
 */
#include "hv.h"

struct partition parent;
