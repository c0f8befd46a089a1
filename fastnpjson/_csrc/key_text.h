/* The text of keys that are no strings. */
#ifndef FASTNPJSON_KEY_TEXT_H
#define FASTNPJSON_KEY_TEXT_H

#include "speedups.h"

/* orjson's flag for keys that are no strings makes it half as fast at all keys. So where there are few of them, they
 * become text here: one for each that is text already, and so many. What Python makes text of counts as so many. */
#define FEW_KEYS 64

/* Keys that Python made text of, each in the place of its address: rows often have the same keys. */
#define KNOWN_KEYS 32

typedef struct {
    int kinds;             /* what is replaced, and what is looked into */
    PyObject *text_of_key; /* the function for all keys that C does not know */
    PyObject *stand_in;    /* the function for enums and UUIDs, and for the fields of a dataclass */
    PyObject *words;       /* for NaN, infinity and minus infinity */
    PyObject *dataclass;   /* turns members into what orjson takes for a dataclass */
    PyObject *key_type;    /* a str that equals no other */
    int like_json;         /* keys are as json writes them */
    int for_json;          /* json encodes the document: the keys of an object that it knows stay, and those without text */
    int sorts;             /* json sorts them */
    double factor;         /* 10 to the power of the decimals that floats are rounded to; 0 to leave them */
    int keeps;             /* there are keys left for orjson's flag */
    PyObject *known[KNOWN_KEYS][2]; /* keys and texts; both NULL where there is none */
    size_t count;          /* of the containers that the walk has come to */
    PyObject *made;        /* what it has made of the later ones, by their address; NULL while there is none */
    Py_ssize_t room;       /* for so many more keys to become text, before all others are left for orjson's flag */
} Replacing;

void forget_containers(Replacing *replacing);
void forget_replaced(Replacing *replacing);
PyObject *text_of_key(Replacing *replacing, PyObject *key);

#endif
