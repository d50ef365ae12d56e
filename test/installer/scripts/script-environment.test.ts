import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {scriptEnvironment} from '../../../installer/scripts/script-environment.ts';

const test = suite('environment of a script');

test('has each fact under both names, and no name for what is not known', () => {
	assert.equal(scriptEnvironment({moment: 'pre', disk: undefined}), {
		SLIPWAY_SCRIPT: 'pre',
		INSTALLER_SCRIPT: 'pre',
	});
	assert.equal(
		Object.entries(
			scriptEnvironment({
				moment: 'on-error',
				disk: '/dev/sda',
				error: 'no room',
				step: 'root',
				log: '/run/log',
				result: 'unfinished',
			}),
		).filter(([name]) => name.startsWith('INSTALLER_')),
		[
			['INSTALLER_SCRIPT', 'on-error'],
			['INSTALLER_DISK', '/dev/sda'],
			['INSTALLER_ERROR', 'no room'],
			['INSTALLER_STEP', 'root'],
			['INSTALLER_LOG', '/run/log'],
			['INSTALLER_RESULT', 'unfinished'],
		],
	);
});

test.run();
