import type {FoundImage} from '../../../engine/update/cached-update.ts';
import type {UpdateSettings} from '../../../engine/update/update-settings.ts';
import {weekdays} from '../../../engine/update/windows.ts';

export const defaultSettings: UpdateSettings = {
	mode: 'apply',
	delayDays: 0,
	check: {intervalMs: 4 * 3_600_000, randomDelayMs: 3_600_000},
	windows: [{days: weekdays, startMinute: 120, lengthMinutes: 180, timeZone: undefined}],
	gates: {metered: 'wait', minBatteryPercent: 50, maxLoad: Number.POSITIVE_INFINITY},
	rollout: {follow: true, durationMs: 0, place: undefined},
	fleetlock: undefined,
	hooks: {timeLimitMs: 600_000},
};

export const reference = {
	image: 'registry.example.com/myos:latest',
	transport: 'registry',
} as const;

/** The image of {@link sampleOrigin} is `a1`; a pair of hex digits gives another. */
export function foundImage(digits: string, changes: Partial<FoundImage> = {}): FoundImage {
	return {
		digest: `sha256:${'1d'.repeat(16)}${digits.repeat(16)}`,
		manifestDigest: `sha256:${digits.repeat(32)}`,
		rollout: {},
		...changes,
	};
}
