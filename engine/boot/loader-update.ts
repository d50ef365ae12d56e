/**
 * Which copies of systemd-boot on an ESP follow the image, by the rules of `bootctl update`: what is not
 * systemd-boot belongs to somebody else, and a version is only replaced by a newer one.
 *
 * So a rollback keeps the newer boot loader, which is known to boot: the format of loader entries grows
 * and old ones stay valid, while an older program may not know what newer entries say. And a copy of
 * the same version with other bytes stays too: it may be one that was signed on this machine, and has
 * nothing to gain. Unlike bootctl, a copy that is signed is only replaced by one that is: Secure Boot
 * would start no other.
 * @see https://www.freedesktop.org/software/systemd/man/latest/bootctl.html
 */
import type {BootOperation} from './boot-partition.ts';
import type {EfiProgram} from './efi-program.ts';
import {compareVersions} from './version-order.ts';

/** A place for a boot loader on an ESP, and what is there. */
export interface LoaderPlace {
	/** From the ESP's root. */
	readonly path: string;
	/**
	 * What it is to systemd-boot: its own file, the one that firmware starts when it has no boot entry
	 * that works, or another that may be a copy, such as the one that shim starts.
	 */
	readonly role: 'own' | 'fallback' | 'other';
	readonly content: EfiProgram | 'missing' | 'damaged';
}

export type LoaderState =
	| 'missing'
	/** No program, or not all of it: nothing starts it. */
	| 'damaged'
	/** Another boot loader's, or for another architecture. */
	| 'foreign'
	/** Compared with the version of the image. */
	| 'older'
	/** Older and signed, which the one of the image is not. */
	| 'signed'
	| 'same'
	| 'newer';

export interface LoaderDecision {
	readonly path: string;
	readonly state: LoaderState;
	/** Of systemd-boot that is there now. */
	readonly version: string | undefined;
	/** Whether it is to be as in the image. */
	readonly replace: boolean;
}

/** The systemd-boot of an image. */
export interface OfferedLoader {
	readonly program: EfiProgram & {readonly systemdBoot: string};
	readonly bytes: Buffer;
}

/** In the order in which they are to be replaced. */
export function decideLoaderUpdate(
	places: readonly LoaderPlace[],
	{program}: Pick<OfferedLoader, 'program'>,
): LoaderDecision[] {
	const states = new Map(places.map((place) => [place, stateOf(place, program)]));
	const isOurs = places.some((place) => isSystemdBoot(place, states.get(place)));
	return inOrder(places, states).map((place) => {
		const state = states.get(place) ?? 'foreign';
		const {path, content} = place;
		const version = typeof content === 'string' ? undefined : content.systemdBoot;
		return {path, state, version, replace: isOurs && isReplaced(place, state)};
	});
}

/** One copy after the other, and the next only when the one before is on the medium. */
export function planLoaderUpdate(
	decisions: readonly LoaderDecision[],
	{bytes}: Pick<OfferedLoader, 'bytes'>,
): BootOperation[] {
	return decisions
		.filter(({replace}) => replace)
		.flatMap(({path}): BootOperation[] => [
			{kind: 'write', files: [{path, source: {kind: 'bytes', bytes}}]},
			{kind: 'sync'},
		]);
}

/** Removes what a crash left. @param unfinished paths */
export function planLoaderSweep(unfinished: readonly string[]): BootOperation[] {
	if (unfinished.length === 0) return [];
	return [...unfinished.map((path): BootOperation => ({kind: 'remove', path})), {kind: 'sync'}];
}

function stateOf({content}: LoaderPlace, offered: OfferedLoader['program']): LoaderState {
	if (typeof content === 'string') return content;
	if (content.systemdBoot === undefined || content.machine !== offered.machine) return 'foreign';
	const order = compareVersions(content.systemdBoot, offered.systemdBoot);
	if (order >= 0) return order > 0 ? 'newer' : 'same';
	return content.isSigned && !offered.isSigned ? 'signed' : 'older';
}

/** Whether this place shows that the ESP is one that systemd-boot was installed on. */
function isSystemdBoot({role}: LoaderPlace, state = 'foreign'): boolean {
	if (state === 'damaged') return role === 'own';
	return state !== 'missing' && state !== 'foreign';
}

function isReplaced({role}: LoaderPlace, state: LoaderState): boolean {
	if (state === 'older') return true;
	return role !== 'other' && (state === 'missing' || state === 'damaged');
}

/**
 * What nothing starts comes first, so that there are two copies before the only one is touched. Then
 * the firmware's fallback is last: without a boot entry it is all that firmware knows.
 */
function inOrder(
	places: readonly LoaderPlace[],
	states: ReadonlyMap<LoaderPlace, LoaderState>,
): LoaderPlace[] {
	const roles: readonly LoaderPlace['role'][] = ['own', 'other', 'fallback'];
	const rank = (place: LoaderPlace): number => {
		const state = states.get(place);
		const isUsable = state !== 'missing' && state !== 'damaged';
		return Number(isUsable) * roles.length + roles.indexOf(place.role);
	};
	return places.toSorted((a, b) => rank(a) - rank(b));
}
