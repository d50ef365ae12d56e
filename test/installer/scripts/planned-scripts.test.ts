import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {plannedScripts} from '../../../installer/scripts/planned-scripts.ts';

const test = suite('scripts in a plan');

const script = {
	text: 'true',
	interpreter: '/bin/sh',
	chroot: true,
	required: true,
	timeoutSeconds: 600,
	log: undefined,
};

test('are those that change the new system', () => {
	assert.equal(plannedScripts({post: []}), []);
	const place = {place: '/etc and /var', secret: false};
	assert.equal(plannedScripts({post: [script]}), [{what: 'whatever a script writes', ...place}]);
	assert.equal(plannedScripts({post: [script, script]}), [
		{what: 'whatever 2 scripts write', ...place},
	]);
});

test.run();
