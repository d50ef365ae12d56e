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
