package flowfile
import ("testing";"fmt";"go.yaml.in/yaml/v4")
func TestSpike(t *testing.T){
 s:=func(v string) *yaml.Node{ n:=&yaml.Node{Kind:yaml.ScalarNode,Tag:"!!str",Value:v}; return n}
 m:=&yaml.Node{Kind:yaml.MappingNode}
 k:=s("severities"); k.HeadComment="# x\n# y"
 item:=&yaml.Node{Kind:yaml.MappingNode,Content:[]*yaml.Node{s("key"),s("minor"),s("name"),s("5")}}
 item2:=&yaml.Node{Kind:yaml.MappingNode,Content:[]*yaml.Node{s("key"),s("no"),s("name"),s("null")}}
 seq:=&yaml.Node{Kind:yaml.SequenceNode,Content:[]*yaml.Node{item,item2}}
 d:=s("a\nb  \n c\n"); d.Style=yaml.LiteralStyle
 e:=s(" a\nb\r\n\n\n"); e.Style=yaml.LiteralStyle
 f:=s("a\u0085b\u2028 \x00 \ufeff é 😀\t"); 
 date:=&yaml.Node{Kind:yaml.ScalarNode,Tag:"!!timestamp",Value:"2026-12-25"}
 ver:=&yaml.Node{Kind:yaml.ScalarNode,Tag:"!!int",Value:"4",LineComment:"# made from"}
 m.Content=[]*yaml.Node{s("version"),ver,k,seq,s("d"),d,s("e"),e,s("f"),f,s("long"),s("word "+fmt.Sprintf("%0200d",5)+" a b c d e f g h"),s("date"),date,s("empty"),&yaml.Node{Kind:yaml.SequenceNode,Style:yaml.FlowStyle},
  s("when"), s("2026-01-01"), s("c"), &yaml.Node{Kind:yaml.MappingNode,Style:yaml.FlowStyle,Content:[]*yaml.Node{s("at-least"),s("major, [x")}}}
 doc:=&yaml.Node{Kind:yaml.DocumentNode,HeadComment:"# The process\n# of",Content:[]*yaml.Node{m}}
 b,err:=yaml.Dump(doc,yaml.WithIndent(2),yaml.WithLineWidth(-1))
 fmt.Println(string(b),err)
 b,err=yaml.Dump(s("bad\xffx"))
 fmt.Printf("%q %v\n",b,err)
 for _,x:=range []string{"a: \u0085b\n","a: \u0080\n","a: \ufffe\n","a: \ufeff\n","\ufeffa: 1\n", "a: &a [*a]", "a: *b", "%YAML 9.0\n---\na: 1","a: \u2028b\nc: d d: e\n", "", "# c\n", "---\n---\n", "a: 1\n...\n", "a: 1\n...\nb", "!!map {a: 1}", "- &a 1\n- *a","<<: 1", "'a", "{", "? "} {
   var docs []yaml.Node
   err:=yaml.Load([]byte(x),&docs,yaml.WithAllDocuments())
   fmt.Printf("%q -> %d docs %v (%T)\n",x,len(docs),err,err)
   if len(docs)>0 && len(docs[0].Content)>0 { n:=docs[0].Content[0]; fmt.Println(n.Kind,n.Line,n.Column,n.Tag,n.Style); for _,c:=range n.Content { fmt.Printf("   %v %v:%v %q %v %v\n",c.Kind,c.Line,c.Column,c.Value,c.Tag,c.Style)}}
 }
}
