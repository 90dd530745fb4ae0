/* Re-protection: whoever survived a takeover is alone with the new active until another unit
 * has its record. An observer: it decides nothing in the world. */
#ifndef SIM_RUN_REPROTECTION_H
#define SIM_RUN_REPROTECTION_H

#include "core/note.h"
#include "core/nstime.h"

struct reprotection;
struct world;

struct reprotection *reprotection_new(const struct world *world);
void reprotection_free(struct reprotection *reprotection);

/* This unit has taken over: what it knows of those that live survives. Called once. */
void reprotection_begin(struct reprotection *reprotection, unsigned heir);

/* A note of a unit, by its number, after its step. */
void reprotection_note(struct reprotection *reprotection, unsigned unit, const struct note *note);

/* From the takeover until a standby's table held 99 % of the survivors that the new active still
 * had; -1: none ever did, or nobody survived. */
nstime reprotection_time(const struct reprotection *reprotection);

#endif
