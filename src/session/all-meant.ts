/** Thrown where a person who is asked for a provider means all of them: the verb is then run anew, on all. */
export class AllMeant extends Error {}
