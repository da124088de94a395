/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Puts the layers together.
 */
#ifndef HV_LAYERS_H
#define HV_LAYERS_H

void layers_connect(void);

#endif /* HV_LAYERS_H */
