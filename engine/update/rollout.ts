import * as v from 'valibot';
import {timeSchema} from '../deployment/origin.ts';
import {dayMs, durationSyntax, parseDuration} from './duration.ts';

/** Labels or annotations of an image by which its publisher spreads an update over machines. */
const rolloutLabels = {
	/** A time such as 2026-03-01T12:00:00Z, before which no machine takes it. */
	start: 'slipway.rollout-start',
	/** After that time, machines take it one by one for so long: `48h`. */
	duration: 'slipway.rollout-duration',
} as const;

/** What an image announces; each half may be missing. */
export interface AnnouncedRollout {
	readonly start?: string | undefined;
	readonly durationMs?: number | undefined;
}

export interface RolloutLabels {
	readonly rollout: AnnouncedRollout;
	/** Labels that are not understood; they count as missing. */
	readonly problems: readonly string[];
}

/** @param labels of the image, and annotations of what led to it */
export function announcedRollout(labels: Readonly<Record<string, string>>): RolloutLabels {
	const {[rolloutLabels.start]: start, [rolloutLabels.duration]: duration} = labels;
	const isTime = start === undefined || v.is(timeSchema, start);
	const durationMs = duration === undefined ? undefined : parseDuration(duration);
	const isDuration = duration === undefined || durationMs !== undefined;
	return {
		rollout: {
			...(start !== undefined && isTime && {start}),
			...(durationMs !== undefined && {durationMs}),
		},
		problems: [
			...(isTime
				? []
				: [mistake(rolloutLabels.start, start, 'a time such as 2026-03-01T12:00:00Z')]),
			...(isDuration ? [] : [mistake(rolloutLabels.duration, duration, durationSyntax)]),
		],
	};
}

export interface RolloutTurn {
	/** When this machine first saw the image. */
	readonly firstSeen: Date;
	/** What the image announces; undefined to go by `durationMs` alone. */
	readonly announced: AnnouncedRollout | undefined;
	/** For what is not announced. */
	readonly durationMs: number;
	/** From 0 (first) to 1 (last). */
	readonly place: number;
}

/** When the machine takes the image. */
export function rolloutTurn({firstSeen, announced, durationMs, place}: RolloutTurn): Date {
	const start = announced?.start === undefined ? firstSeen.getTime() : Date.parse(announced.start);
	return new Date(start + place * (announced?.durationMs ?? durationMs));
}

/** When an image has been known for so many days. */
export function delayEnd(firstSeen: Date, days: number): Date {
	return new Date(firstSeen.getTime() + days * dayMs);
}

function mistake(label: string, value: string | undefined, expected: string): string {
	return `the image's label ${label} is ${JSON.stringify(value)}, expected ${expected}`;
}
