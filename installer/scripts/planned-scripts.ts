import type {ScriptAnswers} from '../answers/answers.ts';
import type {BootstrapItem} from '../bootstrap/work.ts';

/** What a plan tells of scripts that change the new system: nobody knows more of what they do. */
export function plannedScripts({post}: Pick<ScriptAnswers, 'post'>): BootstrapItem[] {
	if (post.length === 0) return [];
	const who = post.length === 1 ? 'a script writes' : `${post.length} scripts write`;
	return [{what: `whatever ${who}`, place: '/etc and /var', secret: false}];
}
